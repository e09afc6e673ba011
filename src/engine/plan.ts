/**
 * Planning: the metric requests of many checks on one dataset become the statements that read the least
 * data, and among those the fewest.
 *
 * On a row store each `min` and `max`, and each filter window, is a subquery of its own inside one
 * statement, so that an index can serve it: on 2 million indexed rows in Postgres, `max(t)` beside
 * `count(*) filter (…)` in one SELECT reads 34,496 pages, as subqueries 18. Requests that must scan
 * anyway share one scan. A columnar store reads only the columns named, so everything goes into one SELECT.
 *
 * Gaps are a scalar subquery in either form. A `query:` source thus runs a second time for them, which is seldom: they
 * are asked for when loads may have been missed.
 */

import type { LastSeen, MetricRequest } from "../core/check.ts";
import {
  type ConnectorSpec,
  type SqlDialect,
  type Statistics,
  statisticsFieldsOf,
} from "../core/connector.ts";
import type { AggregateRequest, GapsRequest } from "../core/measurement.ts";
import type { Check, Dataset } from "../core/mesh.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import type { CheckTypes } from "./check-types.ts";

/** Below Postgres' limit of 1,664 select items, with room for joins. */
const maxFiguresPerStatement = 400;

/** What is one value of a statement's row. */
export type FigureRequest = AggregateRequest | GapsRequest;

/** A figure that is measured once, however many checks ask for it. */
export interface PlannedFigure<R extends FigureRequest = FigureRequest> {
  /** Column alias in the statement. */
  readonly alias: string;
  /** As it is spelled: of a request with `within` the filter is that. */
  readonly request: R;
  /** The request over all rows, which is made when the narrower one finds no value. */
  readonly whole?: AggregateRequest;
}

export interface ProbePlan {
  readonly dataset: Dataset;
  /** In groups that become one statement each. */
  readonly statements: readonly (readonly PlannedFigure[])[];
  readonly needsColumns: boolean;
  /** Checks that ask for what the metadata say. */
  readonly ofMetadata: ReadonlySet<string>;
  /** Checks whose figures need not be read where the metadata show that no row has changed; none where they cannot. */
  readonly mayStand: ReadonlySet<string>;
  /** Check id → the id of its request → the figure. */
  readonly figures: ReadonlyMap<string, ReadonlyMap<string, PlannedFigure>>;
  /** Checks whose planning threw; a fault of the check type, never of its neighbours. */
  readonly broken: ReadonlyMap<string, unknown>;
}

/** What the planner must know of the connection. */
export type PlanTarget = Pick<ConnectorSpec, "dialect" | "capabilities" | "statisticsOf">;

/** When a probe is planned, and what was known by then. */
export interface ProbeMoment {
  /** The instant that windows end at. */
  readonly nowMs: EpochMs;
  readonly last: (checkId: string) => LastSeen | null;
  readonly partitions?: Statistics["partitions"];
}

export function planProbe(
  dataset: Dataset,
  checks: readonly Check[],
  target: PlanTarget,
  types: CheckTypes,
  { nowMs, last, partitions }: ProbeMoment,
): ProbePlan {
  const groups = new Map<string, Map<string, PlannedFigure>>();
  const figures = new Map<string, ReadonlyMap<string, PlannedFigure>>();
  const broken = new Map<string, unknown>();
  const mayStand = new Set<string>();
  const ofMetadata = new Set<string>();
  const { dialect } = target;
  const canStand = tellsChanges(dataset, target);
  let needsColumns = false;
  let planned = 0;
  for (const check of checks) {
    const { timezone } = dataset;
    const moment = { nowMs, calendar: check.calendar, last: last(check.id) };
    const context = { dialect, timezone, ...moment, ...(partitions && { partitions }) };
    try {
      const own = new Map<string, PlannedFigure>();
      const requests = types.of(check).plan(check.params, context);
      needsColumns ||= requests.some(({ kind }) => kind === "columns");
      if (requests.some(({ kind }) => kind === "statistics")) {
        ofMetadata.add(check.id);
      }
      if (canStand && requests.length > 0 && requests.every(isStandable)) {
        mayStand.add(check.id);
      }
      // What is narrowed gets a statement of its own, where its condition can stand behind WHERE.
      const within = requests.find(isNarrowed)?.within ?? "";
      const group = groups.get(within) ?? new Map<string, PlannedFigure>();
      groups.set(within, group);
      for (const request of requests.filter(isFigure)) {
        const spelled = narrowed(request);
        const key = figureKey(spelled.request);
        const figure = group.get(key) ?? { alias: `m${planned}`, ...spelled };
        planned += group.has(key) ? 0 : 1;
        group.set(key, figure);
        own.set(request.id, figure);
      }
      figures.set(check.id, own);
    } catch (error) {
      broken.set(check.id, error);
    }
  }
  return {
    dataset,
    statements: [...groups.values()].flatMap((group) => chunk([...group.values()])),
    needsColumns,
    ofMetadata,
    mayStand,
    figures,
    broken,
  };
}

/**
 * Whether the metadata can show that an answer still stands. With a filter they cannot: one that looks at the clock or
 * at another table lets rows in and out while none changes.
 */
function tellsChanges({ filter, source }: Dataset, target: PlanTarget): boolean {
  return filter === undefined && statisticsFieldsOf(target, source).includes("lastChange");
}

function isFigure(request: MetricRequest): request is FigureRequest {
  return request.kind === "aggregate" || request.kind === "gaps";
}

function isStandable(request: MetricRequest): boolean {
  return isFigure(request) && request.mayStand === true;
}

function isNarrowed(
  request: MetricRequest,
): request is AggregateRequest & { readonly within: string } {
  return request.kind === "aggregate" && request.within !== undefined;
}

function narrowed(request: FigureRequest): Pick<PlannedFigure, "request" | "whole"> {
  if (!isNarrowed(request)) {
    return { request };
  }
  const { within, ...whole } = request;
  return { request: { ...whole, filter: both(whole.filter, within) }, whole };
}

function both(filter: string | undefined, within: string): string {
  return filter === undefined ? within : condition(filter, within);
}

/** Equal for requests that have the same answer. */
export function figureKey(request: FigureRequest): string {
  return JSON.stringify(
    request.kind === "gaps"
      ? [request.kind, request.of, request.filter, request.longerThanMs, request.maxGaps]
      : [request.fn, request.of, request.filter],
  );
}

/** The SQL of one group of figures; a single row whose columns are the aliases in order. */
export function spellStatement(
  dataset: Dataset,
  figures: readonly PlannedFigure[],
  { dialect, capabilities }: PlanTarget,
): string {
  const rows = { dialect, from: dialect.relation(dataset.source), filter: dataset.filter };
  // A subquery per figure would run a `query:` source once per figure.
  const isPacked = capabilities.isColumnar || dataset.source.kind === "query";
  return isPacked ? spellSelect(rows, figures) : spellSubqueries(rows, figures);
}

/** The dataset's rows, as a statement reads them. */
interface Rows {
  readonly dialect: SqlDialect;
  readonly from: string;
  readonly filter: string | undefined;
}

/** All figures in one SELECT, which reads the rows once but for gaps. */
function spellSelect(rows: Rows, figures: readonly PlannedFigure[]): string {
  const aggregates = figures.filter(isAggregate);
  const common = commonFilter(aggregates);
  const items = figures.map((figure) => `${spellFigure(rows, figure, common)} as ${figure.alias}`);
  // Gaps bring their own FROM, and beside another one they would be repeated for each of its rows.
  const from = aggregates.length === 0 ? "" : ` from ${rows.from}${where(rows.filter, common)}`;
  return `select ${items.join(", ")}${from}`;
}

/** `common` is the filter that stands behind WHERE already. */
function spellFigure(rows: Rows, { request }: PlannedFigure, common: string | undefined): string {
  if (request.kind === "gaps") {
    return rows.dialect.gaps(request, rows.from, condition(rows.filter, request.filter));
  }
  return rows.dialect.aggregate(request.filter === common ? withoutFilter(request) : request);
}

function spellSubqueries(rows: Rows, figures: readonly PlannedFigure[]): string {
  const groups = groupByScan(figures);
  const [only] = groups;
  if (groups.length === 1 && only !== undefined) {
    return spellSelect(rows, only);
  }
  const joined = groups.map((group, index) => `(${spellSelect(rows, group)}) as s${index}`);
  const items = groups.flatMap((group, index) =>
    group.map(({ alias }) => ({ alias, item: `s${index}.${alias}` })),
  );
  // The caller reads columns by position, so the order of the aliases is kept.
  const order = new Map(figures.map(({ alias }, index) => [alias, index]));
  items.sort((a, b) => (order.get(a.alias) ?? 0) - (order.get(b.alias) ?? 0));
  return `select ${items.map(({ item }) => item).join(", ")} from ${joined.join(" cross join ")}`;
}

/** Each `min`, each `max` and each request for gaps alone; the others together where they read the same rows. */
function groupByScan(figures: readonly PlannedFigure[]): readonly (readonly PlannedFigure[])[] {
  const isAlone = ({ request }: PlannedFigure): boolean =>
    request.kind === "gaps" || request.fn === "min" || request.fn === "max";
  const groups = Map.groupBy(figures, (figure) =>
    isAlone(figure) ? figure.alias : `rows:${figure.request.filter ?? ""}`,
  );
  return [...groups.values()];
}

function isAggregate(figure: PlannedFigure): figure is PlannedFigure<AggregateRequest> {
  return figure.request.kind === "aggregate";
}

function commonFilter(aggregates: readonly PlannedFigure<AggregateRequest>[]): string | undefined {
  const first = aggregates[0]?.request.filter;
  return aggregates.every(({ request }) => request.filter === first) ? first : undefined;
}

function withoutFilter(request: AggregateRequest): AggregateRequest {
  const { filter: _, ...rest } = request;
  return rest;
}

function where(...filters: readonly (string | undefined)[]): string {
  const spelled = condition(...filters);
  return spelled === "" ? "" : ` where ${spelled}`;
}

function condition(...filters: readonly (string | undefined)[]): string {
  const present = filters.filter((filter) => filter !== undefined);
  // The line break ends a comment that a declared filter may end with.
  return present.map((text) => `(${text}\n)`).join(" and ");
}

function chunk(figures: readonly PlannedFigure[]): readonly (readonly PlannedFigure[])[] {
  const chunks: PlannedFigure[][] = [];
  for (let start = 0; start < figures.length; start += maxFiguresPerStatement) {
    chunks.push(figures.slice(start, start + maxFiguresPerStatement));
  }
  return chunks;
}
