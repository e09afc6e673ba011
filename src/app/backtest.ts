import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Dataset, Mesh } from "../core/mesh.ts";
import type { DurationMs, EpochMs } from "../core/vocabulary.ts";
import { spellNewest } from "../engine/backtest-query.ts";
import { type Warehouse, Warehouses } from "../engine/warehouses.ts";
import { type LadderRung, ladderOf, type Past } from "../slo/backtest.ts";
import type { TimeKind } from "../slo/backtest-clock.ts";
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
import { type AskWarehouse, type Tried, tryOut } from "./backtest-tries.ts";
import {
  type AskedWindow,
  type BacktestWindow,
  backtestWindow,
  untilOf,
} from "./backtest-window.ts";
import { withCosts } from "./command-costs.ts";
import { newId } from "./ids.ts";
import { registries } from "./registries.ts";

export type { BacktestTarget, BacktestWindow, LadderRung, Offer, Proposal };

export interface BacktestOptions extends AskedTarget, AskedWindow {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly onProgress: (text: string) => void;
}

/** Connectors cut a query's comment at 120 characters, and the id at its end is what it is found by. */
const longestName = 80;

/** What one threshold would have brought, from the strictest to the most lenient, and what could be promised. */
export interface BacktestSide {
  readonly key: Past["key"];
  readonly unit: Past["unit"];
  readonly judged: number;
  readonly declared: number | null;
  readonly ladder: readonly LadderRung[];
  readonly offers: readonly Offer[];
}

export interface Backtest extends Omit<Tried, "sides"> {
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
  const { clock, logger } = options;
  const target = backtestTarget(mesh, options);
  const nowMs = clock.now();
  const until = untilOf(options.until, target.dataset.timezone, nowMs);
  const warehouses = new Warehouses({
    specs: registries.connectors,
    clock,
    logger,
    onStatement: () => {},
  });
  try {
    await warehouses.reload(mesh);
    const warehouse = warehouses.of(target.dataset.connection);
    return await withCosts(mesh, warehouses.costs, { logger, nowMs }, () =>
      read(target, until, warehouse, nowMs, options),
    );
  } finally {
    await warehouses[Symbol.asyncDispose]();
  }
}

async function read(
  target: BacktestTarget,
  until: ReturnType<typeof untilOf>,
  warehouse: Warehouse,
  nowMs: EpochMs,
  { days, signal, onProgress }: BacktestOptions,
): Promise<Backtest> {
  const { dataset, subject } = target;
  const { timezone } = dataset;
  const queryIds: string[] = [];
  const ask = askOf(dataset, warehouse, signal, queryIds);
  const history = { dataset, column: subject.column, dialect: warehouse.target.dialect };
  onProgress(`looking for the newest ${subject.column} of ${dataset.id}`);
  const { rows } = await ask(spellNewest(history), 1);
  const { kind, newestMs } = newestOf(rows[0]?.[0] ?? null, subject.column, timezone, nowMs);
  const window = backtestWindow(days, until, newestMs, nowMs);
  onProgress(`reading ${days} days of ${dataset.id}`);
  const columnClock = { kind, timezone };
  const tried = await tryOut({ target, history, clock: columnClock, stretch: window, ask });
  return { target, columnKind: kind, window, newestMs, queryIds, ...judge(tried, target) };
}

/** Statements within the bounds of the connection; their ids are kept in the order in which they are sent. */
function askOf(
  { id, product, timezone }: Dataset,
  { connector, definition }: Warehouse,
  signal: AbortSignal,
  queryIds: string[],
): AskWarehouse {
  return (sql, maxRows) => {
    const label = `${id.slice(0, longestName)} backtest ${newId()}`;
    queryIds.push(label);
    const timeoutMs = definition.statementTimeoutMs;
    return connector.query(sql, {
      signal,
      timeoutMs,
      label,
      products: [product],
      timezone,
      maxRows,
    });
  };
}

function judge(
  { sides: tried, ...seen }: Tried,
  { dataset, check, cadenceMs }: BacktestTarget,
): Omit<Backtest, "target" | "columnKind" | "window" | "newestMs" | "queryIds"> {
  const name = check === null ? dataset.name : `${dataset.name}.${check.name}`;
  const sloWindowMs = usualWindowMs(tried[0]?.past.unit ?? "time", cadenceMs);
  const sides = tried.map(({ past, declared, sli }): BacktestSide => {
    const terms = { name, sli, cadenceMs, holdMs: check?.holdMs ?? null };
    return {
      key: past.key,
      unit: past.unit,
      judged: past.judged,
      declared,
      ladder: ladderOf(past, declared),
      offers: offersOf(past, terms, sloWindowMs, roomToSpend / tried.length),
    };
  });
  const proposal = propose(
    tried.map(({ past }) => past),
    sides.map(({ offers }) => offers),
  );
  return { ...seen, sides, sloWindowMs, proposal };
}
