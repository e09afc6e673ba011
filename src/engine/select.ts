/** Selectors: `orders`, `orders/orders`, `orders/orders/fresh`, `owner:checkout`, `domain:sales`, `tier:gold`, with `*`. */
import { TidemarkError } from "../core/errors.ts";
import type { Check, Dataset, Mesh, Slo } from "../core/mesh.ts";

const facets = ["owner", "domain", "tier"] as const;
type Facet = (typeof facets)[number];

/** Enabled checks that any of `selectors` names; all of them for none. Throws `TM_SELECTOR` when one matches nothing. */
export function selectChecks(mesh: Mesh, selectors: readonly string[]): readonly Check[] {
  const enabled = [...mesh.checks.values()].filter(({ disabledReason }) => disabledReason === null);
  return select(enabled, selectors, "check", (check, matches) =>
    matches.facet === null
      ? matches.id(check.id)
      : matches.name(facetOf(matches.facet, check, mesh)),
  );
}

/** SLOs that any of `selectors` names, by `product/slo` or by their product. */
export function selectSlos(mesh: Mesh, selectors: readonly string[]): readonly Slo[] {
  return select([...mesh.slos.values()], selectors, "SLO", (slo, matches) =>
    matches.facet === null
      ? matches.id(slo.id)
      : matches.name(facetOf(matches.facet, { product: slo.product, owner: null }, mesh)),
  );
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

function select<T>(
  all: readonly T[],
  selectors: readonly string[],
  kind: string,
  isMatch: (one: T, selector: Selector) => boolean,
): readonly T[] {
  if (selectors.length === 0) {
    return all;
  }
  const chosen = new Set<T>();
  for (const text of selectors) {
    const selector = parse(text);
    const matching = all.filter((one) => isMatch(one, selector));
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
  if (!/^[a-z0-9_*/-]+$/.test(pattern) || (facet !== null && pattern.includes("/"))) {
    throw new TidemarkError("TM_SELECTOR", `\`${text}\` is not a selector`, {
      hint: `Use product, product/dataset, product/dataset/check, or ${facets.map((name) => `${name}:…`).join(", ")}.`,
    });
  }
  const parts = pattern.split("/").map((part) => new RegExp(`^${part.replaceAll("*", "[^/]*")}$`));
  return {
    facet,
    id: (id) => {
      const names = id.split("/");
      return (
        parts.length <= names.length && parts.every((part, index) => part.test(names[index] ?? ""))
      );
    },
    name: (name) => name !== undefined && (parts[0]?.test(name) ?? false),
  };
}

function facetOf(
  facet: Facet,
  of: { readonly product: string; readonly owner: string | null },
  mesh: Mesh,
): string | undefined {
  const product = mesh.products.get(of.product);
  return facet === "owner" ? (of.owner ?? product?.owner) : product?.[facet];
}
