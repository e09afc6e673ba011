import type { QualityDimension } from "../../core/vocabulary.ts";
import type { Input } from "../../slo/feasibility.ts";
import type { CheckPiece, ProductPieces } from "./pieces.ts";

/** What one product upstream promises of the datasets that are read, SLO by SLO. */
export type UpstreamPromises = readonly (Input & {
  readonly dimensions: ReadonlySet<QualityDimension>;
})[];

/** A check that is run and can fail: any other spends no budget. */
export function canSpend(check: CheckPiece): boolean {
  return check.fields.known.enabled !== false && check.fields.known.severity !== "warn";
}

/** One entry for each product that `product` names as upstream, whole or by its datasets. */
export function upstreamPromises(
  product: ProductPieces,
  products: ReadonlyMap<string, ProductPieces>,
): readonly UpstreamPromises[] {
  const references = new Set(product.fields.known.upstream);
  const names = new Set([...references].map((reference) => reference.split("/")[0] ?? ""));
  return [...names].flatMap((name) => {
    const source = products.get(name);
    const isRead = (dataset: string): boolean =>
      references.has(name) || references.has(`${name}/${dataset}`);
    return source === undefined ? [] : [promisesOf(source, isRead)];
  });
}

function promisesOf(
  { name: product, datasets, slos }: ProductPieces,
  isRead: (dataset: string) => boolean,
): UpstreamPromises {
  return slos.flatMap(({ name, fields, checks: keys }) => {
    const read = datasets.filter((dataset) => isRead(dataset.name));
    const checks = read.flatMap((dataset) =>
      dataset.checks.filter((check) => keys.includes(`${dataset.name}/${check.name}`)),
    );
    const dimensions = new Set(checks.filter(canSpend).flatMap(dimensionOf));
    const { objective } = fields.known;
    return objective === undefined || dimensions.size === 0
      ? []
      : [{ slo: `${product}/${name}`, objectivePpm: objective, dimensions }];
  });
}

/** By quality dimension of the checks, the weakest SLO of each product upstream that has one of it. */
export function inputsOf(
  checks: readonly CheckPiece[],
  upstream: readonly UpstreamPromises[],
): readonly (readonly Input[])[] {
  const dimensions = new Set(checks.flatMap(dimensionOf));
  return [...dimensions].map((dimension) =>
    upstream.flatMap((promises) =>
      weakest(promises.filter(({ dimensions: own }) => own.has(dimension))),
    ),
  );
}

function weakest(promises: UpstreamPromises): readonly Input[] {
  const [first] = [...promises].sort((a, b) => a.objectivePpm - b.objectivePpm);
  return first === undefined ? [] : [{ slo: first.slo, objectivePpm: first.objectivePpm }];
}

function dimensionOf({ spec }: CheckPiece): readonly QualityDimension[] {
  return spec === null ? [] : [spec.dimension];
}
