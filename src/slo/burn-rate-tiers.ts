import type { DurationMs, Ppm, ToldLevel } from "../core/vocabulary.ts";
import { wholePpm } from "./ratio.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A burn rate that alerts watch for. */
interface Tier {
  readonly threshold: number;
  /** The longer of its two windows. */
  readonly longMs: DurationMs;
  /** The share of the budget of 30 days that is spent by then. */
  readonly spent: number;
}

const fast: Tier = { threshold: 14.4, longMs: hourMs, spent: 0.02 };
const medium: Tier = { threshold: 6, longMs: 6 * hourMs, spent: 0.05 };
const daily: Tier = { threshold: 3, longMs: dayMs, spent: 0.1 };
const slow: Tier = { threshold: 1, longMs: 3 * dayMs, spent: 0.1 };
const weekly: Tier = { threshold: 1, longMs: 7 * dayMs, spent: 7 / 30 };

/**
 * Which burn rates say something at which cadence, and how loudly (slo.md §3): the table of the SRE workbook,
 * "Alerting on SLOs", less the tiers whose windows hold too few probes. Daily data is told of by counted failures
 * instead.
 */
const tiersByCadence: readonly ({
  readonly upToMs: DurationMs;
} & Readonly<Record<ToldLevel, readonly Tier[]>>)[] = [
  { upToMs: 15 * 60_000, page: [fast, medium], ticket: [daily, slow] },
  { upToMs: hourMs, page: [medium], ticket: [daily, slow] },
  { upToMs: 6 * hourMs, page: [daily], ticket: [weekly] },
];

/** A burn rate over two windows: the longer says that it matters, the shorter that it still goes on. */
export interface BurnRateAlert {
  readonly level: ToldLevel;
  readonly threshold: number;
  readonly longMs: DurationMs;
  readonly shortMs: DurationMs;
}

/** The tiers for a cadence that can fire, the loudest first. Empty where probes are too rare for any. */
export function burnRateAlerts(
  objectivePpm: Ppm,
  windowMs: DurationMs,
  cadenceMs: DurationMs,
): readonly BurnRateAlert[] {
  const row = tiersByCadence.find(({ upToMs }) => cadenceMs <= upToMs);
  return (["page", "ticket"] as const).flatMap((level) =>
    (row?.[level] ?? [])
      .filter((tier) => deathOf(tier, objectivePpm, windowMs) === null)
      .map(({ threshold, longMs }) => ({
        level,
        threshold,
        longMs,
        shortMs: Math.max(5 * 60_000, cadenceMs, longMs / 12),
      })),
  );
}

/** A tier that can never fire, and why. */
export interface DeadTier {
  readonly threshold: number;
  readonly longMs: DurationMs;
  /**
   * - objective: even when all is bad the burn rate stays below; the share that the objective must exceed.
   * - window: its longer window, all bad, is less than the share of the budget that it stands for.
   */
  readonly reason:
    | { readonly kind: "objective"; readonly above: number }
    | { readonly kind: "window"; readonly spent: number };
}

/** The tiers for a cadence that can never fire: a tier needs `threshold ≤ 1 / (1 − T)` and `long ≥ p·A`. */
export function deadTiers(
  objectivePpm: Ppm,
  windowMs: DurationMs,
  cadenceMs: DurationMs,
): readonly DeadTier[] {
  const row = tiersByCadence.find(({ upToMs }) => cadenceMs <= upToMs);
  const tiers = row === undefined ? [] : [...row.page, ...row.ticket];
  return tiers.flatMap((tier): DeadTier[] => {
    const reason = deathOf(tier, objectivePpm, windowMs);
    return reason === null ? [] : [{ threshold: tier.threshold, longMs: tier.longMs, reason }];
  });
}

function deathOf(
  { threshold, longMs, spent }: Tier,
  objectivePpm: Ppm,
  windowMs: DurationMs,
): DeadTier["reason"] | null {
  if (threshold * (wholePpm - objectivePpm) > wholePpm) {
    return { kind: "objective", above: 1 - 1 / threshold };
  }
  const allowed = (wholePpm - objectivePpm) / wholePpm;
  return spent * allowed * windowMs > longMs ? { kind: "window", spent } : null;
}
