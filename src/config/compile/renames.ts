import type { Renames } from "../../core/mesh.ts";
import { clip, type Path, type Report } from "../problems.ts";
import type { ProductPieces } from "./pieces.ts";

/** A thing with a name, and what it was called before. */
interface Named {
  readonly name: string;
  readonly at: Path;
  readonly former: string | readonly string[] | undefined;
}

/** Judges what the products of a mesh say of their own former names. */
export function checkProductRenames(
  products: ReadonlyMap<string, ProductPieces>,
  reportOf: (product: ProductPieces) => Report,
): void {
  const named = [...products].map(([name, { fields }]) => ({
    name,
    at: [],
    former: fields.known.renamed_from,
  }));
  checkNames("product", named, (name) => {
    const product = products.get(name);
    return product === undefined ? null : reportOf(product);
  });
}

/** Judges the former names within one product. */
export function checkRenames({ datasets, slos }: ProductPieces, report: Report): void {
  checkNames("dataset", datasets.map(namedOf), () => report);
  for (const { checks } of datasets) {
    checkNames("check", checks.map(namedOf), () => report);
  }
  checkNames("SLO", slos.map(namedOf), () => report);
}

function checkNames(
  what: string,
  things: readonly Named[],
  reportOf: (name: string) => Report | null,
): void {
  const declared = new Set(things.map(({ name }) => name));
  const claims = new Map<string, string>();
  for (const { name, at, former } of things) {
    for (const [index, old] of formerNames(former).entries()) {
      const path = [...at, "renamed_from", ...(typeof former === "string" ? [] : [index])];
      const problem = problemOf(what, name, old, declared, claims);
      if (problem !== null) {
        reportOf(name)?.error("TM_CONFIG_RENAME", path, problem);
      }
      claims.set(old, claims.get(old) ?? name);
    }
  }
}

function problemOf(
  what: string,
  name: string,
  old: string,
  declared: ReadonlySet<string>,
  claims: ReadonlyMap<string, string>,
): string | null {
  if (old === name) {
    return `\`${clip(old)}\` is the name that this ${what} has now`;
  }
  if (declared.has(old)) {
    return `the ${what} \`${clip(old)}\` is still declared, so its history stays with it`;
  }
  const claimant = claims.get(old);
  if (claimant !== undefined) {
    return claimant === name
      ? `\`${clip(old)}\` is named twice`
      : `the ${what} \`${clip(claimant)}\` claims the history of \`${clip(old)}\` already`;
  }
  return null;
}

/** Old ids to new ones, a name that changed on any level in all that is below it. */
export function renamesOf(products: Iterable<ProductPieces>): Renames {
  const renames = {
    products: new Map<string, string>(),
    datasets: new Map<string, string>(),
    checks: new Map<string, string>(),
    slos: new Map<string, string>(),
  };
  for (const { name, fields, datasets, slos } of products) {
    const product = namesOf(name ?? "", fields.known.renamed_from);
    putAll(renames.products, product);
    for (const slo of slos) {
      putAll(renames.slos, below(product, namesOfPiece(slo)));
    }
    for (const dataset of datasets) {
      const ids = below(product, namesOfPiece(dataset));
      putAll(renames.datasets, ids);
      for (const check of dataset.checks) {
        putAll(renames.checks, below(ids, namesOfPiece(check)));
      }
    }
  }
  return renames;
}

/** What a thing is called, and everything that it was called before. */
interface Names {
  readonly now: string;
  readonly former: readonly string[];
}

function namesOf(name: string, former: string | readonly string[] | undefined): Names {
  return { now: name, former: formerNames(former) };
}

function below(outer: Names, inner: Names): Names {
  const outers = [outer.now, ...outer.former];
  const former = outers.flatMap((a) => [inner.now, ...inner.former].map((b) => `${a}/${b}`));
  return { now: `${outer.now}/${inner.now}`, former: former.slice(1) };
}

function putAll(renames: Map<string, string>, { now, former }: Names): void {
  for (const old of former) {
    renames.set(old, now);
  }
}

interface NamedPiece {
  readonly name: string;
  readonly at: Path;
  readonly fields: {
    readonly known: { readonly renamed_from?: string | readonly string[] | undefined };
  };
}

function namedOf({ name, at, fields }: NamedPiece): Named {
  return { name, at, former: fields.known.renamed_from };
}

function namesOfPiece({ name, fields }: NamedPiece): Names {
  return namesOf(name, fields.known.renamed_from);
}

function formerNames(former: string | readonly string[] | undefined): readonly string[] {
  return former === undefined ? [] : typeof former === "string" ? [former] : former;
}
