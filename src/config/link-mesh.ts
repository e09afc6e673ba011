import type { Problem } from "../core/errors.ts";
import type { Mesh } from "../core/mesh.ts";
import { Breath } from "./breath.ts";
import { MeshBuilder } from "./compile/assemble.ts";
import { findCycles } from "./compile/cycles.ts";
import { type LinkContext, linkProduct, reportCycle, upstreamEdges } from "./compile/links.ts";
import type { DaemonPieces, ProductPieces } from "./compile/pieces.ts";
import { checkReach, checkTargets } from "./compile/teams.ts";
import { inFileOrder, Report } from "./problems.ts";

/** A product file as far as it could be read. */
export interface LoadedProduct {
  readonly file: string;
  readonly pieces: ProductPieces | null;
  /** What is wrong with the file by itself. */
  readonly problems: readonly Problem[];
}

/** Products between two turns of the event loop. */
const productsPerTurn = 50;

/** Judges what the files say of one another, and makes the mesh when nothing is wrong anywhere. */
export async function linkMesh(
  daemon: DaemonPieces,
  daemonReport: Report,
  loaded: readonly LoadedProduct[],
  baseDir: string,
): Promise<{ readonly mesh: Mesh | null; readonly problems: readonly Problem[] }> {
  const breath = new Breath(productsPerTurn);
  const context = contextOf(daemon, loaded);
  const reports = new Map<ProductPieces, Report>();
  const reportOf = (product: ProductPieces): Report => {
    const report = reports.get(product) ?? new Report(product.source);
    reports.set(product, report);
    return report;
  };
  for (const { pieces } of loaded) {
    if (pieces !== null) {
      linkProduct(pieces, context, reportOf(pieces));
      await breath.spend(1);
    }
  }
  for (const cycle of findCycles(upstreamEdges(context.products))) {
    reportCycle(cycle, context, reportOf);
  }
  checkTargets(daemon, daemonReport);
  checkReach(daemon, context.products.values(), daemonReport);
  const problems = [...daemonReport.problems];
  for (const { pieces, problems: own } of loaded) {
    problems.push(...inFileOrder([...own, ...(pieces ? reportOf(pieces).problems : [])]));
    pieces?.source.release();
  }
  if (problems.some(({ level }) => level === "error")) {
    return { mesh: null, problems };
  }
  const builder = new MeshBuilder(daemon, baseDir);
  for (const { pieces } of loaded) {
    if (pieces !== null) {
      builder.add(pieces);
      await breath.spend(1);
    }
  }
  return { mesh: builder.finish(), problems };
}

function contextOf(daemon: DaemonPieces, loaded: readonly LoadedProduct[]): LinkContext {
  const products = new Map<string, ProductPieces>();
  for (const { pieces } of loaded) {
    if (pieces !== null && pieces.name !== null && !products.has(pieces.name)) {
      products.set(pieces.name, pieces);
    }
  }
  const isComplete = loaded.every(({ pieces }) => pieces !== null && pieces.name !== null);
  return { daemon, products, isComplete };
}
