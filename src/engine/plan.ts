/**
 * Planning: the metric requests of many checks on one dataset become the statements that read the least
 * data, and among those the fewest.
 *
 * On a row store each `min` and `max`, and each filter window, is a subquery of its own inside one
 * statement, so that an index can serve it: on 2 million indexed rows in Postgres, `max(t)` beside
 * `count(*) filter (…)` in one SELECT reads 34,496 pages, as subqueries 18. Requests that must scan
 * anyway share one scan. A columnar store reads only the columns named, so everything goes into one SELECT.
 */

import type { Capabilities, SqlDialect } from "../core/connector.ts";
import type { AggregateRequest } from "../core/measurement.ts";
import type { Check, Dataset } from "../core/mesh.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import type { CheckTypes } from "./check-types.ts";

/** Below Postgres' limit of 1,664 select items, with room for joins. */
const maxAggregatesPerStatement = 400;

/** A figure that is measured once, however many checks ask for it. */
export interface PlannedAggregate {
  /** Column alias in the statement. */
  readonly alias: string;
  readonly request: AggregateRequest;
}

export interface ProbePlan {
  readonly dataset: Dataset;
  /** In groups that become one statement each. */
  readonly statements: readonly (readonly PlannedAggregate[])[];
  readonly needsColumns: boolean;
  /** Check id → the id of its request → alias. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Checks whose planning threw; a fault of the check type, never of its neighbours. */
  readonly broken: ReadonlyMap<string, unknown>;
}

/** What the planner must know of the connection. */
export interface PlanTarget {
  readonly dialect: SqlDialect;
  readonly capabilities: Capabilities;
}

export function planProbe(
  dataset: Dataset,
  checks: readonly Check[],
  target: PlanTarget,
  types: CheckTypes,
  nowMs: EpochMs,
): ProbePlan {
  const planned = new Map<string, PlannedAggregate>();
  const aliases = new Map<string, ReadonlyMap<string, string>>();
  const broken = new Map<string, unknown>();
  const context = { dialect: target.dialect, timezone: dataset.timezone, nowMs };
  let needsColumns = false;
  for (const check of checks) {
    try {
      const own = new Map<string, string>();
      for (const request of types.of(check).plan(check.params, context)) {
        if (request.kind === "columns") {
          needsColumns = true;
          continue;
        }
        const key = JSON.stringify([request.fn, request.of, request.filter]);
        const aggregate = planned.get(key) ?? { alias: `m${planned.size}`, request };
        planned.set(key, aggregate);
        own.set(request.id, aggregate.alias);
      }
      aliases.set(check.id, own);
    } catch (error) {
      broken.set(check.id, error);
    }
  }
  return { dataset, statements: chunk([...planned.values()]), needsColumns, aliases, broken };
}

/** The SQL of one group of aggregates; a single row whose columns are the aliases in order. */
export function spellStatement(
  dataset: Dataset,
  aggregates: readonly PlannedAggregate[],
  target: PlanTarget,
): string {
  const from = target.dialect.relation(dataset.source);
  // A subquery per figure would run a `query:` source once per figure.
  const isPacked = target.capabilities.isColumnar || dataset.source.kind === "query";
  return isPacked
    ? spellPacked(from, dataset.filter, aggregates, target.dialect)
    : spellSubqueries(from, dataset.filter, aggregates, target.dialect);
}

function spellPacked(
  from: string,
  filter: string | undefined,
  aggregates: readonly PlannedAggregate[],
  dialect: SqlDialect,
): string {
  const common = commonFilter(aggregates);
  const items = aggregates.map(({ alias, request }) => {
    const spelled = common === undefined ? request : withoutFilter(request);
    return `${dialect.aggregate(spelled)} as ${alias}`;
  });
  return `select ${items.join(", ")} from ${from}${where(filter, common)}`;
}

function spellSubqueries(
  from: string,
  filter: string | undefined,
  aggregates: readonly PlannedAggregate[],
  dialect: SqlDialect,
): string {
  const groups = groupByScan(aggregates);
  const [only] = groups;
  if (groups.length === 1 && only !== undefined) {
    return spellGroup(from, filter, only, dialect);
  }
  const joined = groups.map(
    (group, index) => `(${spellGroup(from, filter, group, dialect)}) as s${index}`,
  );
  const items = groups.flatMap((group, index) =>
    group.map(({ alias }) => ({ alias, item: `s${index}.${alias}` })),
  );
  // The caller reads columns by position, so the order of the aliases is kept.
  const order = new Map(aggregates.map(({ alias }, index) => [alias, index]));
  items.sort((a, b) => (order.get(a.alias) ?? 0) - (order.get(b.alias) ?? 0));
  return `select ${items.map(({ item }) => item).join(", ")} from ${joined.join(" cross join ")}`;
}

function spellGroup(
  from: string,
  filter: string | undefined,
  group: readonly PlannedAggregate[],
  dialect: SqlDialect,
): string {
  const items = group.map(
    ({ alias, request }) => `${dialect.aggregate(withoutFilter(request))} as ${alias}`,
  );
  return `select ${items.join(", ")} from ${from}${where(filter, group[0]?.request.filter)}`;
}

/** Each `min` and `max` alone; the others together where they read the same rows. */
function groupByScan(aggregates: readonly PlannedAggregate[]): readonly PlannedAggregate[][] {
  const groups = new Map<string, PlannedAggregate[]>();
  for (const aggregate of aggregates) {
    const { fn, filter } = aggregate.request;
    const key = fn === "min" || fn === "max" ? aggregate.alias : `rows:${filter ?? ""}`;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [aggregate]);
    } else {
      group.push(aggregate);
    }
  }
  return [...groups.values()];
}

function commonFilter(aggregates: readonly PlannedAggregate[]): string | undefined {
  const first = aggregates[0]?.request.filter;
  return aggregates.every(({ request }) => request.filter === first) ? first : undefined;
}

function withoutFilter(request: AggregateRequest): AggregateRequest {
  const { filter: _, ...rest } = request;
  return rest;
}

function where(...filters: readonly (string | undefined)[]): string {
  const present = filters.filter((filter) => filter !== undefined);
  // The line break ends a comment that a declared filter may end with.
  const spelled = present.map((text) => `(${text}\n)`);
  return spelled.length === 0 ? "" : ` where ${spelled.join(" and ")}`;
}

function chunk(aggregates: readonly PlannedAggregate[]): readonly (readonly PlannedAggregate[])[] {
  const chunks: PlannedAggregate[][] = [];
  for (let start = 0; start < aggregates.length; start += maxAggregatesPerStatement) {
    chunks.push(aggregates.slice(start, start + maxAggregatesPerStatement));
  }
  return chunks;
}
