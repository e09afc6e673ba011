/** Selectors: `orders`, `orders/orders`, `orders/orders/fresh`, `owner:checkout`, `domain:sales`, `tier:gold`, with `*`. */
import { TidemarkError } from "../core/errors.ts";
import type { Check, Dataset, Mesh, Slo } from "../core/mesh.ts";

const facets = ["owner", "domain", "tier"] as const;
type Facet = (typeof facets)[number];

/** Enabled checks that any of `selectors` names; all of them for none. Throws `TM_SELECTOR` when one matches nothing. */
export function selectChecks(mesh: Mesh, selectors: readonly string[]): readonly Check[] {
  const enabled = [...mesh.checks.values()].filter(({ disabledReason }) => disabledReason === null);
  return select(mesh, enabled, selectors, "check");
}

/** SLOs and checks, disabled ones too, that a report on the watch is about. */
export interface Watched {
  readonly slos: readonly Slo[];
  readonly checks: readonly Check[];
}

/**
 * What any of `selectors` names; everything for none. An SLO is named by `product/slo` and by each check
 * that it is over, and brings its checks along. Throws `TM_SELECTOR` when one matches neither.
 */
export function selectWatched(mesh: Mesh, selectors: readonly string[]): Watched {
  const slos = [...mesh.slos.values()];
  const checks = [...mesh.checks.values()];
  const named = select<Check | Slo>(mesh, [...checks, ...slos], selectors, "check and no SLO");
  const ids = new Set(named.map((one) => one.id));
  const isNamed = new Set<Check | Slo>(named);
  const brought = new Set(slos.filter((slo) => isNamed.has(slo)).flatMap((slo) => slo.checkIds));
  return {
    slos: slos.filter((slo) => isNamed.has(slo) || slo.checkIds.some((id) => ids.has(id))),
    checks: checks.filter((check) => isNamed.has(check) || brought.has(check.id)),
  };
}

/** The datasets of `checks` with those of their own, in the mesh's order. */
export function byDataset(
  checks: readonly Check[],
  mesh: Mesh,
): readonly { readonly dataset: Dataset; readonly checks: readonly Check[] }[] {
  const groups = Map.groupBy(checks, ({ datasetId }) => datasetId);
  return [...mesh.datasets.values()].flatMap((dataset) => {
    const own = groups.get(dataset.id);
    return own === undefined ? [] : [{ dataset, checks: own }];
  });
}

interface Selector {
  readonly facet: Facet | null;
  readonly id: (id: string) => boolean;
  readonly name: (name: string | undefined) => boolean;
}

function select<T extends Check | Slo>(
  mesh: Mesh,
  all: readonly T[],
  selectors: readonly string[],
  kind: string,
): readonly T[] {
  if (selectors.length === 0) {
    return all;
  }
  const chosen = new Set<T>();
  for (const text of selectors) {
    const { facet, id, name } = parse(text);
    const matching = all.filter((one) =>
      facet === null ? id(one.id) : name(facetOf(facet, one, mesh)),
    );
    if (matching.length === 0) {
      throw new TidemarkError("TM_SELECTOR", `\`${text}\` matches no ${kind}`, {
        hint: "`tidemark plan` lists every check by its id.",
      });
    }
    for (const one of matching) {
      chosen.add(one);
    }
  }
  return all.filter((one) => chosen.has(one));
}

function parse(text: string): Selector {
  const colon = text.indexOf(":");
  const facet =
    colon === -1 ? null : (facets.find((name) => name === text.slice(0, colon)) ?? null);
  const pattern = facet === null ? text : text.slice(colon + 1);
  // A domain is free text; everything else that is selected by is a name.
  const form = facet === "domain" ? /./ : facet === null ? /^[a-z0-9_*/-]+$/ : /^[a-z0-9_*-]+$/;
  if (!form.test(pattern)) {
    throw new TidemarkError("TM_SELECTOR", `\`${text}\` is not a selector`, {
      hint: `Use product, product/dataset, product/dataset/check, or ${facets.map((name) => `${name}:…`).join(", ")}.`,
    });
  }
  const parts = pattern.split("/").map((part) => matcherOf(part, "[^/]*"));
  const whole = matcherOf(pattern, ".*");
  return {
    facet,
    id: (id) => {
      const names = id.split("/");
      return (
        parts.length <= names.length && parts.every((part, index) => part.test(names[index] ?? ""))
      );
    },
    name: (name) => name !== undefined && whole.test(name),
  };
}

/** A text with `*` for `anything`; neighbouring stars are one, so that matching takes no longer for them. */
function matcherOf(pattern: string, anything: string): RegExp {
  const literals = pattern
    .split(/\*+/)
    .map((one) => one.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  return new RegExp(`^${literals.join(anything)}$`, "u");
}

function facetOf(facet: Facet, one: Check | Slo, mesh: Mesh): string | undefined {
  const product = mesh.products.get(one.product);
  if (facet !== "owner") {
    return product?.[facet];
  }
  return "owner" in one ? one.owner : product?.owner;
}
