import type { AlertLevel } from "../../core/vocabulary.ts";
import { clip, listed, type Path, type Report } from "../problems.ts";
import { hintFor } from "../suggest.ts";
import { refuseByteBudget } from "./byte-budgets.ts";
import { linkChecks } from "./link-checks.ts";
import type { LinkContext } from "./link-context.ts";
import { linkSlos } from "./link-slos.ts";
import { checkStatistics } from "./link-statistics.ts";
import type {
  CheckPiece,
  ConnectionPiece,
  DaemonPieces,
  DatasetPiece,
  ProductPieces,
} from "./pieces.ts";
import { checkRenames } from "./renames.ts";

/** Judges what a product file says of things outside of it. Returns the calendars that it goes by. */
export function linkProduct(
  product: ProductPieces,
  context: LinkContext,
  report: Report,
): ReadonlySet<string> {
  const { daemon } = context;
  const { known } = product.fields;
  checkUnique(product, context, report);
  checkTeam(known.owner, ["owner"], daemon, report);
  if (known.tier !== undefined && !daemon.tiers.has(known.tier)) {
    const message = `\`${clip(known.tier)}\` is no tier`;
    const hint = hintFor(known.tier, [...daemon.tiers.keys()], "tier");
    report.error("TM_CONFIG_REFERENCE", ["tier"], message, { hint });
  }
  for (const [index, reference] of (known.upstream ?? []).entries()) {
    checkUpstream(reference, ["upstream", index], context, report);
  }
  for (const dataset of product.datasets) {
    checkConnection(dataset, daemon, report);
    checkStatistics(dataset, connectionPieceOf(dataset, daemon), report);
    for (const check of dataset.checks) {
      checkTeam(check.fields.known.owner, [...check.at, "owner"], daemon, report);
    }
  }
  checkByteBudget(product, daemon, report);
  checkRenames(product, report);
  return linkChecks(product, daemon, report).union(linkSlos(product, context, report));
}

function checkUnique(product: ProductPieces, context: LinkContext, report: Report): void {
  const first = product.name === null ? undefined : context.products.get(product.name);
  if (first !== undefined && first !== product) {
    const { line } = first.source.place(["product"], "value");
    const message = `the product \`${product.name}\` is declared twice`;
    const hint = `first in ${first.source.file}:${line}`;
    report.error("TM_CONFIG_DUPLICATE", ["product"], message, { hint });
  }
}

function checkTeam(name: string | undefined, at: Path, daemon: DaemonPieces, report: Report): void {
  if (name !== undefined && !daemon.teams.has(name)) {
    const message = `\`${clip(name)}\` is no team of tidemark.yaml`;
    const hint = hintFor(name, [...daemon.teams.keys()], "team");
    report.error("TM_CONFIG_REFERENCE", at, message, { hint });
  }
}

function checkUpstream(reference: string, at: Path, context: LinkContext, report: Report): void {
  const [productName = "", datasetName] = reference.split("/");
  const product = context.products.get(productName);
  if (product === undefined) {
    if (context.isComplete) {
      const message = `\`${clip(productName)}\` is no product of this mesh`;
      const hint = hintFor(productName, [...context.products.keys()], "product");
      report.error("TM_CONFIG_REFERENCE", at, message, { hint });
    }
    return;
  }
  const names = product.datasets.map(({ name }) => name);
  if (datasetName !== undefined && !names.includes(datasetName)) {
    const message = `\`${clip(datasetName)}\` is no dataset of the product \`${productName}\``;
    const hint = hintFor(datasetName, names, "dataset");
    report.error("TM_CONFIG_REFERENCE", at, message, { hint });
  }
}

/** The connection that a dataset is read through; null when it cannot be told. */
export function connectionOf(dataset: DatasetPiece, daemon: DaemonPieces): string | null {
  const [only, second] = [...daemon.connections.keys()];
  return dataset.fields.known.connection ?? (second === undefined ? (only ?? null) : null);
}

function connectionPieceOf(dataset: DatasetPiece, daemon: DaemonPieces): ConnectionPiece | null {
  return daemon.connections.get(connectionOf(dataset, daemon) ?? "") ?? null;
}

function checkConnection(dataset: DatasetPiece, daemon: DaemonPieces, report: Report): void {
  const known = [...daemon.connections.keys()];
  const name = connectionOf(dataset, daemon);
  const isNamed = dataset.fields.known.connection !== undefined;
  const at = [...dataset.at, "connection"];
  if (name === null) {
    if (dataset.fields.whole !== null) {
      const message = `\`${clip(dataset.name)}\` names no \`connection\``;
      const hint =
        known.length === 0
          ? "tidemark.yaml declares none; for files: `connections: { local: { type: duckdb } }`"
          : `one of ${listed(known)}`;
      report.error("TM_CONFIG_REFERENCE", dataset.at, message, { spot: "key", hint });
    }
    return;
  }
  if (!daemon.connections.has(name)) {
    const message = `\`${clip(name)}\` is no connection of tidemark.yaml`;
    const hint = hintFor(name, known, "connection");
    report.error("TM_CONFIG_REFERENCE", at, message, { hint });
    return;
  }
  const connection = daemon.connections.get(name);
  const kind = dataset.source?.source.kind;
  if (connection && kind !== undefined && !connection.spec.capabilities.sources.includes(kind)) {
    const allowed = listed(connection.spec.capabilities.sources);
    const through = isNamed ? `\`${name}\`` : `\`${name}\`, the only connection,`;
    const message = `\`${kind}\` cannot be read through ${through} of type ${connection.type}`;
    const hint = `give ${allowed}, or another connection`;
    report.error("TM_CONFIG_INVALID", [...dataset.at, kind], message, { spot: "key", hint });
  }
}

/** A budget that only some of the product's warehouses could keep would be none. */
function checkByteBudget(product: ProductPieces, daemon: DaemonPieces, report: Report): void {
  if (product.fields.known.max_bytes_per_day === undefined) {
    return;
  }
  const types = product.datasets.flatMap((dataset) => {
    const connection = daemon.connections.get(connectionOf(dataset, daemon) ?? "");
    return connection && !connection.spec.capabilities.reportsBytes ? [connection.type] : [];
  });
  if (types.length > 0) {
    refuseByteBudget([...new Set(types)], [], report);
  }
}

/** Reports each circle of products at the entry that closes it. */
export function reportCycle(
  cycle: readonly string[],
  context: LinkContext,
  reportOf: (product: ProductPieces) => Report,
): void {
  const [first = "", second = first] = cycle;
  const product = context.products.get(first);
  if (product === undefined) {
    return;
  }
  const upstream = product.fields.known.upstream ?? [];
  const index = upstream.findIndex((reference) => productOf(reference) === second);
  const circle = [...cycle, first].map((name) => `\`${name}\``).join(" → ");
  const message = `products name one another as upstream in a circle: ${circle}`;
  reportOf(product).error("TM_CONFIG_CYCLE", ["upstream", index], message);
}

/** Product by product, the products that it names as upstream. */
export function upstreamEdges(
  products: ReadonlyMap<string, ProductPieces>,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...products].map(([name, product]) => [
      name,
      (product.fields.known.upstream ?? []).map(productOf),
    ]),
  );
}

function productOf(reference: string): string {
  return reference.split("/")[0] ?? "";
}

/** A check that can open an incident. */
export function canAlert(check: CheckPiece): boolean {
  const { enabled, severity } = check.fields.known;
  return enabled !== false && severity !== "warn";
}

/** How loudly incidents of a product are told; null when its tier is unknown. */
export function productAlert(product: ProductPieces, daemon: DaemonPieces): AlertLevel | null {
  const { alert, tier } = product.fields.known;
  return alert ?? (tier === undefined ? null : (daemon.tiers.get(tier) ?? null));
}
