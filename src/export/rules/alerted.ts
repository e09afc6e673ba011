import type { Mesh, Product, Slo } from "../../core/mesh.ts";
import type { DurationMs, ToldLevel } from "../../core/vocabulary.ts";
import { errorRatioWindows } from "../../metrics/names.ts";
import { type BurnRateAlert, burnRateAlerts } from "../../slo/burn-rate-tiers.ts";
import { wholePpm } from "../../slo/ratio.ts";
import { shortestGap } from "../../time/schedule.ts";
import { nominalPeriod } from "./sloth.ts";

/** An SLO that somebody is to be told of, with what its alerts follow from. */
export interface AlertedSlo {
  readonly slo: Slo;
  readonly product: Product;
  /** Those that can be alerted on. */
  readonly tiers: readonly WindowedTier[];
  /** Of the error ratio that is there as long as somebody looks; null where there is none. */
  readonly seenOver: string | null;
  /** As text, for a label. */
  readonly coverageFloor: string;
}

/** A burn rate, by the labels of its windows. */
export interface WindowedTier {
  readonly level: ToldLevel;
  readonly threshold: number;
  readonly long: string;
  readonly short: string;
}

/** A look that fails is tried again soon; a window shorter than this would be gone with the first. */
const shortestSeenMs: DurationMs = 1_800_000;

/** Null for one that nobody is told of. */
export function alertedSlo(mesh: Mesh, product: Product, slo: Slo): AlertedSlo | null {
  const loudest = slo.alert ?? product.alert;
  if (loudest === "none") {
    return null;
  }
  const checks = slo.checkIds.flatMap((id) => mesh.checks.get(id) ?? []);
  const cadenceMs = Math.max(0, ...checks.map(({ schedule }) => shortestGap(schedule)));
  return {
    slo,
    product,
    tiers: burnsOf(slo, loudest, cadenceMs).map(windowed),
    seenOver: slo.budgeting === "time" ? labelHolding(Math.max(cadenceMs, shortestSeenMs)) : null,
    coverageFloor: String(slo.coverageFloorPpm / wholePpm),
  };
}

/** None for what is counted one by one: deliveries and rows have no burn rate. */
function burnsOf(slo: Slo, loudest: ToldLevel, cadenceMs: DurationMs): readonly BurnRateAlert[] {
  if (slo.budgeting !== "time") {
    return [];
  }
  const windowMs = nominalPeriod(slo.window).days * 86_400_000;
  const burns = burnRateAlerts(slo.objectivePpm, windowMs, cadenceMs);
  return burns.map((burn) => (loudest === "page" ? burn : { ...burn, level: loudest }));
}

/** The longer window of every tier is exported as it is; a test holds that. */
function windowed({ level, threshold, longMs, shortMs }: BurnRateAlert): WindowedTier {
  return { level, threshold, long: labelHolding(longMs), short: labelHolding(shortMs) };
}

/** The shortest window that is exported and not shorter than this, or the longest that is. */
function labelHolding(lengthMs: DurationMs): string {
  const holding = errorRatioWindows.find(({ windowMs }) => windowMs >= lengthMs);
  return (holding ?? errorRatioWindows.at(-1))?.label ?? "";
}
