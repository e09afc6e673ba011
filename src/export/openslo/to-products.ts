import { type CheckDraft, checkNotes } from "./checks.ts";
import type { Document, Indicator, ServiceDocument, SloDocument } from "./documents.ts";
import { freeName, type Note, type ProductDraft, toDo } from "./drafts.ts";
import { productHead } from "./product-head.ts";
import { type SloDraft, sloDrafts } from "./slo-drafts.ts";

export interface Imported {
  readonly products: readonly ProductDraft[];
  /** Of documents that belong to no product. */
  readonly notes: readonly Note[];
}

/** What becomes of the kinds that are only referred to. */
const looseKinds = {
  DataSource: "where data is stored is a connection of tidemark.yaml",
  AlertPolicy: "an incident is told as `alert` says, after its failure is confirmed",
  AlertCondition: "alerts follow from incidents, and not from a burn rate over one window",
  AlertNotificationTarget: "who is told stands under `teams` in tidemark.yaml",
} as const;

/** Documents that have passed the rules, as product files: one for each service that an SLO or a Service names. */
export function productsOf(documents: readonly Document[]): Imported {
  const services = documents.filter((one) => one.kind === "Service");
  const slos = documents.filter((one) => one.kind === "SLO");
  const indicators = new Map<string, Indicator>(
    documents.flatMap((one) => (one.kind === "SLI" ? [[one.metadata.name, one] as const] : [])),
  );
  const names = new Set([
    ...services.map(({ metadata }) => metadata.name),
    ...slos.map(({ spec }) => spec.service),
  ]);
  const taken = new Set<string>();
  const products = [...names].map((name) => {
    const service = services.find(({ metadata }) => metadata.name === name) ?? null;
    const own = slos.filter(({ spec }) => spec.service === name);
    const draft = productOf(name, service, own, indicators, taken);
    taken.add(draft.product);
    return draft;
  });
  return { products, notes: looseNotes(documents, slos) };
}

function looseNotes(documents: readonly Document[], slos: readonly SloDocument[]): readonly Note[] {
  const used = new Set(
    slos.flatMap(({ spec }) => [spec, ...spec.objectives].map(({ indicatorRef }) => indicatorRef)),
  );
  return documents.flatMap((one) => {
    const subject = `${one.kind} \`${one.metadata.name}\``;
    if (one.kind === "SLI") {
      const text = "it belongs to no SLO that was given";
      return used.has(one.metadata.name) ? [] : [{ at: null, subject, text }];
    }
    return one.kind === "SLO" || one.kind === "Service"
      ? []
      : [{ at: null, subject, text: looseKinds[one.kind] }];
  });
}

function productOf(
  serviceName: string,
  service: ServiceDocument | null,
  slos: readonly SloDocument[],
  indicators: ReadonlyMap<string, Indicator>,
  taken: ReadonlySet<string>,
): ProductDraft {
  const head = productHead(serviceName, service, slos);
  const product = freeName(head.product, (name) => taken.has(name));
  const drafts = new Map<string, { readonly slo: SloDraft; readonly subject: string }>();
  for (const document of slos) {
    for (const slo of sloDrafts(document, indicators)) {
      const name = freeName(slo.name, (one) => drafts.has(one));
      drafts.set(name, { slo, subject: `SLO \`${document.metadata.name}\`` });
    }
  }
  const { datasets, notes } = datasetsOf([...drafts.values()].flatMap(({ slo }) => slo.checks));
  const value = {
    version: 1,
    product,
    ...head.fields,
    datasets,
    ...(drafts.size > 0 && {
      slos: Object.fromEntries([...drafts].map(([name, { slo }]) => [name, slo.fields])),
    }),
  };
  const sloNotes = [...drafts].flatMap(([name, { slo, subject }]) =>
    slo.lost.map(({ key, text }) => ({
      at: key === null ? ["slos", name] : ["slos", name, key],
      subject,
      text,
    })),
  );
  return { product, value, notes: [...head.notes, ...notes, ...sloNotes] };
}

/** Every dataset that a check stands on, with a table that is still to be named; one at least. */
function datasetsOf(checks: readonly CheckDraft[]): {
  readonly datasets: Readonly<Record<string, unknown>>;
  readonly notes: readonly Note[];
} {
  const found = new Map<string, Map<string, CheckDraft>>();
  const notes: Note[] = [];
  for (const draft of checks) {
    const known = found.get(draft.dataset) ?? new Map<string, CheckDraft>();
    found.set(draft.dataset, known);
    // Several SLOs may stand on one check.
    if (!known.has(draft.check)) {
      known.set(draft.check, draft);
      notes.push(...checkNotes(draft));
    }
  }
  if (found.size === 0) {
    found.set(toDo, new Map());
  }
  const datasets = [...found].map(([name, own]) => [name, datasetFields(own)] as const);
  const sources = datasets.flatMap(([name, fields]) => {
    const subject = `dataset \`${name}\``;
    const columns = { at: ["datasets", name, "columns"], subject, text: "the promised columns" };
    return [
      { at: ["datasets", name, "table"], subject, text: "where the data is stored" },
      ...("columns" in fields ? [columns] : []),
    ];
  });
  return { datasets: Object.fromEntries(datasets), notes: [...sources, ...notes] };
}

function datasetFields(own: ReadonlyMap<string, CheckDraft>): Readonly<Record<string, unknown>> {
  const checks = [...own].map(([check, { fields }]) => [check, fields] as const);
  const hasSchema = checks.some(([, { type }]) => type === "schema");
  return {
    table: toDo,
    ...(hasSchema && { columns: { [toDo]: { type: toDo } } }),
    ...(checks.length > 0 && { checks: Object.fromEntries(checks) }),
  };
}
