import type { Backtest, BacktestSide, LadderRung, Offer } from "../app/backtest.ts";
import { formatDuration } from "../time/duration.ts";
import { formatPercent } from "../time/percent.ts";
import { ruleText, thresholdText } from "./backtest-words.ts";

/** The document that `backtest --format json` prints; its keys are in docs/backtest.md, and part of the contract. */
export function backtestJson(made: Backtest) {
  const { target, window, proposal, sides } = made;
  const { dataset, check, subject } = target;
  return {
    version: 1,
    id: check?.id ?? dataset.id,
    product: dataset.product,
    dataset: dataset.name,
    check: check?.name ?? null,
    type: target.type,
    column: subject.column,
    column_kind: made.columnKind,
    time: subject.kind === "loads" ? subject.time : null,
    timezone: dataset.timezone,
    cadence_seconds: target.cadenceMs / 1000,
    window: {
      from: iso(window.fromMs),
      to: iso(window.toMs),
      days: window.days,
      end: window.end,
      has_data_ended: window.hasDataEnded,
    },
    history: {
      rows: made.rows,
      first: iso(made.firstMs),
      last: iso(made.lastMs),
      newest: made.newestMs === null ? null : iso(made.newestMs),
      begins_in_window: made.beginsInWindow,
      exact_from_seconds: made.exactFromMs === null ? null : made.exactFromMs / 1000,
    },
    ...(subject.kind === "rows"
      ? { rows_in: { window: formatDuration(subject.windowMs), complete: subject.isComplete } }
      : {}),
    thresholds: sides.flatMap((side) => side.ladder.map((rung) => rungJson(side, rung))),
    offers: sides.flatMap((side) => side.offers.map((offer) => offerJson(side, offer))),
    proposal:
      proposal === null
        ? null
        : {
            objective: formatPercent(proposal.objectivePpm),
            window: formatDuration(made.sloWindowMs),
            promises: proposal.offers.map((offer, index) => offerJson(sides[index], offer)),
            rule: ruleText(made),
          },
    query_ids: made.queryIds,
  };
}

function rungJson({ key, unit, judged, declared }: BacktestSide, rung: LadderRung) {
  const amounts =
    unit === "time"
      ? {
          judged_seconds: judged / 1000,
          bad_seconds: rung.bad / 1000,
          longest_breach_seconds: rung.longest / 1000,
        }
      : { judged_deliveries: judged, bad_deliveries: rung.bad };
  return {
    key,
    threshold: thresholdText(key, rung.threshold),
    ...valueJson(key, rung.threshold),
    sli: rounded(rung.sli),
    ...amounts,
    breaches: rung.breaches,
    exact: rung.isExact,
    declared: rung.threshold === declared,
    round: rung.isRound,
    strictest_for: rung.quantilesPpm.map(formatPercent),
  };
}

function offerJson(side: BacktestSide | undefined, offer: Offer) {
  const key = side?.key ?? "max_age";
  return {
    objective: formatPercent(offer.objectivePpm),
    key,
    threshold: thresholdText(key, offer.threshold),
    ...valueJson(key, offer.threshold),
    sli: rounded(offer.sli),
    worst_budget_spent: rounded(offer.spent),
    findings: offer.findings,
    refused: offer.isRefused,
  };
}

/** The threshold in base units, beside its text. */
function valueJson(key: BacktestSide["key"], threshold: number) {
  return key === "max_age" || key === "by" ? { seconds: threshold / 1000 } : { rows: threshold };
}

/** As in `slo replay`: six decimals, at this edge only. */
function rounded(ratio: number): number {
  return Math.round(ratio * 1e6) / 1e6;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
