import type { Slo } from "../core/mesh.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { type AppliedExclusion, endOf } from "../engine/excluded.ts";
import type { WatchState } from "../engine/state.ts";
import type {
  Amounts,
  ExclusionDocument,
  SloDocument,
  SloStanding,
} from "../http/api/documents.ts";
import { errorRatioWindows } from "../metrics/names.ts";
import { errorRatios, type SloStatus } from "../slo/evaluate.ts";
import { exhaustedAt } from "../slo/forecast.ts";
import { recentTotals } from "../slo/recent.ts";
import { formatPercent } from "../time/percent.ts";
import { formatWindow } from "../time/period.ts";
import { iso, isoOrNull } from "./documents.ts";

const dayMs = 86_400_000;
const wholePpm = 1_000_000;

/** As `forecast_window` is in `slo replay` unless said otherwise. */
const forecastWindow = { label: "1d", windowMs: dayMs };

/** The JSON of an SLO's standing, alike in `tidemark status` and in the API. */
export function sloStanding(slo: Slo, status: SloStatus): SloStanding {
  const { unit, sli, sliBounds, coverage, blame, timeline } = status;
  const { allowed, consumed, remaining, remainingLower } = status.budget;
  return {
    id: slo.id,
    product: slo.product,
    objective: formatPercent(slo.objectivePpm),
    window: formatWindow(slo.window),
    state: timeline.at(-1)?.state ?? "unknown",
    sli,
    sli_bounds: sliBounds,
    coverage,
    ...amountsOf(status),
    budget: {
      ...(unit === "time" ? { allowed_seconds: allowed / 1000 } : { allowed_events: allowed }),
      consumed,
      remaining,
      remaining_lower: remainingLower,
    },
    blame: blame.map(({ check, bad }) =>
      unit === "time" ? { check, bad_seconds: bad / 1000 } : { check, bad_events: bad },
    ),
  };
}

/** The JSON of an exclusion that touches an SLO's window, alike in `tidemark status` and in the API. */
export function exclusionDocument({
  record,
  mode,
  reason,
  times,
}: AppliedExclusion): ExclusionDocument {
  const fromMs = record?.fromMs ?? times[0]?.fromMs ?? 0;
  const toMs = record === null ? (times.at(-1)?.toMs ?? fromMs) : endOf(record);
  return {
    source: record === null ? "product_file" : "command",
    id: record?.id ?? null,
    mode,
    from: iso(fromMs),
    to: isoOrNull(toMs),
    reason,
    author: record?.author ?? null,
    created_at: isoOrNull(record?.createdMs),
    ended_at: isoOrNull(record?.endedMs),
    ended_by: record?.endedBy ?? null,
    withdrawn_at: isoOrNull(record?.withdrawal?.atMs),
    withdrawn_by: record?.withdrawal?.by ?? null,
    withdrawn_reason: record?.withdrawal?.reason ?? null,
  };
}

/** The API's document of an SLO at `nowMs`. */
export function sloDocument(slo: Slo, state: WatchState, nowMs: EpochMs): SloDocument {
  const status = state.statusOf(slo, nowMs);
  const { id, product, ...standing } = sloStanding(slo, status);
  return {
    at: iso(nowMs),
    id,
    product,
    name: slo.name,
    description: slo.description ?? null,
    labels: slo.labels,
    budgeting: slo.budgeting,
    unknown: slo.unknown,
    coverage_floor: slo.coverageFloorPpm / wholePpm,
    from: iso(status.fromMs),
    to: iso(status.toMs),
    since: iso(state.sinceOf(slo, nowMs)),
    ...standing,
    burn_rates: burnRatesOf(slo, state, nowMs),
    forecast: forecastOf(slo, state, status, nowMs),
    exclusions: state.exclusionsOf(slo, status.fromMs, status.toMs).map((applied) => ({
      ...exclusionDocument(applied),
      occurrences: applied.times.length,
      seconds: applied.times.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) / 1000,
    })),
  };
}

/** Time in seconds; deliveries and rows as events, as `slo replay` names them. */
function amountsOf({ unit, good, bad, unknown, excluded }: SloStatus): Amounts {
  return unit === "time"
    ? {
        good_seconds: good / 1000,
        bad_seconds: bad / 1000,
        unknown_seconds: unknown / 1000,
        excluded_seconds: excluded / 1000,
      }
    : {
        good_events: good,
        bad_events: bad,
        unknown_events: unknown,
        excluded_events: excluded,
      };
}

/** Over the windows that `tidemark_slo_error_ratio` is exported for. */
function burnRatesOf(slo: Slo, state: WatchState, nowMs: EpochMs): SloDocument["burn_rates"] {
  const ratios = errorRatios(
    slo,
    state.evidenceOf(slo),
    state.excludedOf(slo, nowMs),
    state.sinceOf(slo, nowMs),
    nowMs,
    errorRatioWindows.map(({ windowMs }) => windowMs),
  );
  return ratios.map(({ windowMs, errorRatio, burnRate, coverage, isFrozen }) => ({
    window: errorRatioWindows.find((one) => one.windowMs === windowMs)?.label ?? "",
    error_ratio: errorRatio,
    burn_rate: burnRate,
    coverage,
    frozen: isFrozen,
  }));
}

function forecastOf(
  slo: Slo,
  state: WatchState,
  status: SloStatus,
  nowMs: EpochMs,
): SloDocument["forecast"] {
  const [recent] = recentTotals(
    state.evidenceOf(slo),
    state.excludedOf(slo, nowMs),
    state.sinceOf(slo, nowMs),
    nowMs,
    [forecastWindow.windowMs],
  );
  if (recent === undefined) {
    return null;
  }
  const endMs = exhaustedAt(slo, status, recent, nowMs);
  return { window: forecastWindow.label, exhausted_at: isoOrNull(endMs) };
}
