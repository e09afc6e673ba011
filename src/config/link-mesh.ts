import type { Problem } from "../core/errors.ts";
import type { Mesh } from "../core/mesh.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { Breath } from "./breath.ts";
import { MeshBuilder } from "./compile/assemble.ts";
import { checkEnds } from "./compile/calendars.ts";
import { findCycles } from "./compile/cycles.ts";
import type { LinkContext } from "./compile/link-context.ts";
import { linkProduct, reportCycle, upstreamEdges } from "./compile/links.ts";
import type { DaemonPieces, ProductPieces } from "./compile/pieces.ts";
import { checkProductRenames } from "./compile/renames.ts";
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

/** Judges what the files say of one another, and makes the mesh when nothing is wrong with them. */
export async function linkMesh(
  daemon: DaemonPieces,
  daemonReport: Report,
  loaded: readonly LoadedProduct[],
  { baseDir, nowMs }: { readonly baseDir: string; readonly nowMs: EpochMs },
): Promise<{ readonly mesh: Mesh | null; readonly problems: readonly Problem[] }> {
  const breath = new Breath(productsPerTurn);
  const context = contextOf(daemon, loaded);
  const reports = new Map<ProductPieces, Report>();
  const reportOf = (product: ProductPieces): Report => {
    const report = reports.get(product) ?? new Report(product.source);
    reports.set(product, report);
    return report;
  };
  const usedCalendars = new Set<string>();
  for (const { pieces } of loaded) {
    if (pieces !== null) {
      for (const name of linkProduct(pieces, context, reportOf(pieces))) {
        usedCalendars.add(name);
      }
      await breath.spend(1);
    }
  }
  checkProductRenames(context.products, reportOf);
  checkEnds(daemon, usedCalendars, nowMs, daemonReport);
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
  if (problems.some(isFlaw)) {
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

/** What makes the files unfit for use. A calendar that has ended does not: see `checkEnds`. */
function isFlaw({ level, code }: Problem): boolean {
  return level === "error" && code !== "TM_CONFIG_CALENDAR_EXPIRED";
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
