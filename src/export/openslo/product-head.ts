import { splitAnnotations } from "./annotations.ts";
import type { ServiceDocument, SloDocument } from "./documents.ts";
import { type Note, nameFor, toDo } from "./drafts.ts";
import { description } from "./names.ts";

/** What a Service says of a product. */
export interface ProductHead {
  readonly product: string;
  /** `domain`, `description`, `tier` and `owner`, in the order of a product file. */
  readonly fields: Readonly<Record<string, string>>;
  readonly notes: readonly Note[];
}

/** Labels that mean something to a product. Somebody else's tiers are no tiers of tidemark.yaml. */
const ownLabels = ["owner", "domain", "tier"];
const foreignLabels = ["owner", "team", "domain"];

/** `service` is null when SLOs name one that is none of the documents. */
export function productHead(
  serviceName: string,
  service: ServiceDocument | null,
  slos: readonly SloDocument[],
): ProductHead {
  const { own, foreign } = splitAnnotations(service?.metadata.annotations ?? {});
  const named = slos.map(
    ({ metadata }) => splitAnnotations(metadata.annotations ?? {}).own.product,
  );
  const name = [own.product, ...named].find((one) => one !== undefined);
  const labels = Object.entries(service?.metadata.labels ?? {});
  const meaning = name === undefined ? foreignLabels : ownLabels;
  const first = (key: string): string | undefined =>
    meaning.includes(key) ? [labels.find(([label]) => label === key)?.[1]].flat()[0] : undefined;
  const team = first("owner") ?? first("team") ?? "";
  const owner = team === "" ? toDo : nameFor(team);
  const written = service?.spec.description;
  const isCut = own.description !== undefined && description(own.description) === written;
  const fields = {
    domain: first("domain"),
    description: isCut ? own.description : written,
    tier: first("tier"),
    owner,
  };
  const rest = labels.filter(([key, value]) => !meaning.includes(key) || [value].flat().length > 1);
  const title = name === undefined ? service?.metadata.displayName : undefined;
  const lost = [
    service === null ? "it is none of the documents given, so that only its name is known" : null,
    title === undefined ? null : `the display name “${title}”`,
    rest.length === 0
      ? null
      : `of its labels ${rest.map(([key]) => key).join(", ")}: a product has none`,
    foreign.length === 0 ? null : `the annotations ${foreign.join(", ")}`,
  ];
  const noOwner = team === "" ? "an owner: no label `owner` or `team` names one" : null;
  const renamed =
    owner === team ? null : `the owner's name as it is: \`${team}\` is no name of a team`;
  const subject = `Service \`${serviceName}\``;
  const notes = [
    ...lost.map((text) => ({ at: ["product"], text })),
    { at: ["owner"], text: noOwner ?? renamed },
  ];
  return {
    product: nameFor(name ?? serviceName),
    fields: Object.fromEntries(
      Object.entries(fields).flatMap(([key, value]) =>
        value === undefined || value === "" ? [] : [[key, value] as const],
      ),
    ),
    notes: notes.flatMap(({ at, text }) => (text === null ? [] : [{ at, subject, text }])),
  };
}
