import type { Logger } from "../core/logger.ts";
import type { Mesh } from "../core/mesh.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { spellNewest } from "../engine/backtest-query.ts";
import { Warehouses } from "../engine/warehouses.ts";
import { type LadderRung, ladderOf, type Past } from "../slo/backtest.ts";
import type { ColumnClock, TimeKind } from "../slo/backtest-clock.ts";
import {
  type Offer,
  offersOf,
  type Proposal,
  propose,
  roomToSpend,
  usualWindowMs,
} from "../slo/backtest-proposal.ts";
import { newestOf } from "./backtest-newest.ts";
import { type AskedTarget, type BacktestTarget, backtestTarget } from "./backtest-target.ts";
import { type Tried, tryOut } from "./backtest-tries.ts";
import { type AskedWindow, type BacktestWindow, backtestWindow } from "./backtest-window.ts";
import { systemClock } from "./clock.ts";
import { newId } from "./ids.ts";
import { registries } from "./registries.ts";

export type { BacktestTarget, BacktestWindow, LadderRung, Offer, Proposal };

export interface BacktestOptions extends AskedTarget, AskedWindow {
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly onProgress: (text: string) => void;
}

/** What one threshold would have brought, from the strictest to the most lenient, and what could be promised. */
export interface BacktestSide {
  readonly key: Past["key"];
  readonly unit: Past["unit"];
  readonly judged: number;
  readonly judgedFromMs: EpochMs;
  readonly judgedToMs: EpochMs;
  readonly declared: number | null;
  readonly ladder: readonly LadderRung[];
  readonly offers: readonly Offer[];
}

export interface Backtest extends Omit<Tried, "sides" | "queryId"> {
  readonly target: BacktestTarget;
  readonly columnKind: TimeKind;
  readonly window: BacktestWindow;
  readonly newestMs: EpochMs | null;
  readonly sides: readonly BacktestSide[];
  /** Of the SLO that is proposed. */
  readonly sloWindowMs: DurationMs;
  readonly proposal: Proposal | null;
  readonly queryIds: readonly string[];
}

/**
 * What the last days of a dataset would have been under one threshold after another, from the history in the data
 * itself: one look at the newest value, and one statement over the window, both bounded as any of their connection.
 *
 * Throws `TM_SELECTOR`, `TM_USAGE` and the codes of backtests for what was asked, and `ConnectorError` for what the
 * warehouse does not answer.
 */
export async function backtest(mesh: Mesh, options: BacktestOptions): Promise<Backtest> {
  const { logger, signal, onProgress } = options;
  const target = backtestTarget(mesh, options);
  const { dataset, subject } = target;
  await using warehouses = new Warehouses({
    specs: registries.connectors,
    clock: systemClock,
    logger,
    onStatement: () => {},
  });
  await warehouses.reload(mesh);
  const warehouse = warehouses.of(dataset.connection);
  const queryIds: string[] = [];
  const ask = async (sql: string, maxRows: number) => {
    const queryId = `${dataset.id.slice(0, 80)} backtest ${newId()}`;
    queryIds.push(queryId);
    const answer = await warehouse.connector.query(sql, {
      signal,
      timeoutMs: warehouse.definition.statementTimeoutMs,
      label: queryId,
      timezone: dataset.timezone,
      maxRows,
    });
    return { answer, queryId };
  };
  const history = { dataset, column: subject.column, dialect: warehouse.target.dialect };
  const nowMs = systemClock.now();
  onProgress(`looking for the newest ${subject.column} of ${dataset.id}`);
  const newest = await ask(spellNewest(history), 1);
  const { kind, newestMs } = newestOf(
    newest.answer.rows[0]?.[0] ?? null,
    subject.column,
    dataset.timezone,
    nowMs,
  );
  const window = backtestWindow(options, newestMs, dataset.timezone, nowMs);
  onProgress(`reading ${options.days} days of ${dataset.id}`);
  const clock: ColumnClock = { kind, timezone: dataset.timezone };
  const { sides: tried, ...rest } = await tryOut({
    target,
    ask: history,
    clock,
    stretch: window,
    warehouse: ask,
  });
  const sloWindowMs = usualWindowMs(tried[0]?.past.unit ?? "time", target.cadenceMs);
  const sides = tried.map(({ past, declared, sli }) => ({
    key: past.key,
    unit: past.unit,
    judged: past.judged,
    judgedFromMs: past.fromMs,
    judgedToMs: past.toMs,
    declared,
    ladder: ladderOf(past, declared),
    offers: offersOf(
      past,
      {
        name: target.check === null ? dataset.name : `${dataset.name}.${target.check.name}`,
        sli,
        cadenceMs: target.cadenceMs,
        holdMs: target.check?.holdMs ?? null,
      },
      sloWindowMs,
      roomToSpend / tried.length,
    ),
  }));
  return {
    ...rest,
    target,
    columnKind: kind,
    window,
    newestMs,
    sides,
    sloWindowMs,
    proposal: propose(
      tried.map(({ past }) => past),
      sides.map(({ offers }) => offers),
    ),
    queryIds,
  };
}
