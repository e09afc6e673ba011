/**
 * Spelling: planned figures become SQL.
 *
 * On a row store each `min` and `max`, and each filter window, is a subquery of its own inside one
 * statement, so that an index can serve it: on 2 million indexed rows in Postgres, `max(t)` beside
 * `count(*) filter (…)` in one SELECT reads 34,496 pages, as subqueries 18. Requests that must scan
 * anyway share one scan. A columnar store reads only the columns named, so everything goes into one SELECT.
 *
 * Gaps are a scalar subquery in either form. A `query:` source thus runs a second time for them, which is seldom: they
 * are asked for when loads may have been missed.
 */
import type { SqlDialect } from "../core/connector.ts";
import type { AggregateRequest } from "../core/measurement.ts";
import type { Dataset } from "../core/mesh.ts";
import type { PlannedFigure, PlanTarget } from "./figure.ts";

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

/** What one of several datasets is asked in one statement. */
export interface Part {
  readonly dataset: Dataset;
  readonly figures: readonly PlannedFigure[];
}

/** The SQL of several parts in one; a single row whose columns are the figures of the first part, then of the next. */
export function spellJoined(parts: readonly Part[], target: PlanTarget): string {
  const items = parts.flatMap(({ figures }, at) => figures.map(({ alias }) => `p${at}.${alias}`));
  const joined = parts.map(
    ({ dataset, figures }, at) => `(${spellStatement(dataset, figures, target)}) as p${at}`,
  );
  return `select ${items.join(", ")} from ${joined.join(" cross join ")}`;
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

export function condition(...filters: readonly (string | undefined)[]): string {
  const present = filters.filter((filter) => filter !== undefined);
  // The line break ends a comment that a declared filter may end with.
  return present.map((text) => `(${text}\n)`).join(" and ");
}
