import * as fc from "fast-check";
import { expect } from "vitest";
import type { Calendar, Weekday } from "../../../src/core/calendar.ts";
import type {
  CheckTypeSpec,
  DatasetFacts,
  EvaluateContext,
  Gap,
  Measurements,
  PlanContext,
} from "../../../src/core/check.ts";
import type { SqlDialect, Statistics } from "../../../src/core/connector.ts";
import type {
  CatalogueColumn,
  Measured,
  MeasurementFailure,
} from "../../../src/core/measurement.ts";
import type { ColumnDefinition } from "../../../src/core/mesh.ts";
import type { SqlValue } from "../../../src/core/value.ts";

/** Noon in UTC, 13:00 in Berlin: the instant at which the tables' measurements were true. */
export const noonMs = Date.UTC(2026, 0, 15, 12, 0, 0);

/** SQL as the standard spells it. */
const ansiDialect: SqlDialect = {
  quoteIdentifier: (name) => `"${name.replaceAll('"', '""')}"`,
  relation: (source) => (source.kind === "table" ? source.parts.join(".") : "(…)"),
  aggregate: (request) => `${request.fn}(${request.of ?? "*"})`,
  compareTime: (column, op, moment) =>
    `${column} ${op} TIMESTAMP '${moment.local}${moment.offset}'`,
  gaps: (request, relation, where) =>
    `(gaps of ${request.of} in ${relation} where ${where} longer than ${request.longerThanMs})`,
  epochMs: (column) => `epoch_ms(${column})`,
  stretch: (column, widthMs) => `stretch(${column}, ${widthMs})`,
};

/** What a test says of the moment of a probe; the rest is noon, without calendar and without history. */
export type Moment = Partial<Pick<PlanContext, "timezone" | "nowMs" | "calendar" | "last">>;

const noon = { timezone: "UTC", nowMs: noonMs, calendar: null, last: null };

export function planContext(moment: string | Moment = {}): PlanContext {
  return { dialect: ansiDialect, ...noon, ...momentOf(moment) };
}

function momentOf(moment: string | Moment): Moment {
  return typeof moment === "string" ? { timezone: moment } : moment;
}

/** Monday to Friday but for the holidays. */
export function businessDays(...holidays: readonly string[]): Calendar {
  const days = new Set<Weekday>([1, 2, 3, 4, 5]);
  const name = "business";
  return {
    name,
    timezone: "Europe/London",
    days,
    holidays: new Set(holidays),
    validUntil: "2027-12-31",
  };
}

/** Columns as a product file promises them: name → type, or type and nullability. */
export function promised(
  columns: Readonly<Record<string, string | readonly [string, boolean]>>,
): ReadonlyMap<string, ColumnDefinition> {
  return new Map(
    Object.entries(columns).map(([name, column]) => {
      const [type, nullable] = typeof column === "string" ? [column, null] : column;
      return [name, { name, type, nullable }];
    }),
  );
}

export function facts(columns = promised({})): DatasetFacts {
  return { columns, hasFilter: false };
}

export function evaluateContext(
  moment: string | Moment = {},
  columns = promised({}),
): EvaluateContext {
  return { ...noon, ...momentOf(moment), columns };
}

/** One measured figure, whatever id it is asked by. */
export function figure(value: SqlValue, atMs = noonMs): Measurements {
  return measurements({ ok: true, value, atMs }, { ok: false, failure: notPlanned });
}

/** Measured figures by the ids that they are asked by, NULL for any other, and the gaps that were asked for. */
export function figures(
  byId: Readonly<Record<string, SqlValue>>,
  { gaps, atMs = noonMs }: { readonly gaps?: readonly Gap[]; readonly atMs?: number } = {},
): Measurements {
  return {
    aggregate: (id) => ({ ok: true, value: byId[id] ?? null, atMs }),
    gaps: () =>
      gaps === undefined ? { ok: false, failure: notPlanned } : { ok: true, value: gaps, atMs },
    columns: () => ({ ok: false, failure: notPlanned }),
    statistics: () => ({ ok: false, failure: notPlanned }),
  };
}

/** What the metadata say of the dataset, and nothing else. */
export function metadata(value: Statistics, atMs = noonMs): Measurements {
  return {
    ...measurements({ ok: false, failure: notPlanned }, { ok: false, failure: notPlanned }),
    statistics: () => ({ ok: true, value, atMs }),
  };
}

export function catalogue(columns: readonly CatalogueColumn[]): Measurements {
  return measurements(
    { ok: false, failure: notPlanned },
    { ok: true, value: columns, atMs: noonMs },
  );
}

export function failed(failure: MeasurementFailure): Measurements {
  const answer = { ok: false, failure } as const;
  return { ...measurements(answer, answer), statistics: () => answer };
}

function measurements(
  aggregate: Measured<SqlValue>,
  columns: Measured<readonly CatalogueColumn[]>,
): Measurements {
  return {
    aggregate: () => aggregate,
    gaps: () => ({ ok: false, failure: notPlanned }),
    columns: () => columns,
    statistics: () => ({ ok: false, failure: notPlanned }),
  };
}

const notPlanned: MeasurementFailure = { kind: "internal", message: "was not planned" };

/** What a product file says under the check, read as the configuration reads it. */
export function paramsOf<P>(spec: CheckTypeSpec<P>, keys: Readonly<Record<string, unknown>>): P {
  return spec.params.parse(keys);
}

/** `path: message` of each problem, so that a test can name the ones it expects. */
export function problemsOf<P>(
  spec: CheckTypeSpec<P>,
  keys: Readonly<Record<string, unknown>>,
  dataset = facts(),
): readonly string[] {
  return spec
    .problems(paramsOf(spec, keys), dataset)
    .map((problem) => `${problem.path.join(".")}: ${problem.message}`);
}

/** Every form of value that a connector may hand over, odd ones included. */
export const anySqlValue: fc.Arbitrary<SqlValue> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.bigInt(),
  fc.string({ unit: "binary" }),
  fc.record({ type: fc.constant("decimal" as const), text: fc.string() }),
  fc.record({
    type: fc.constant("instant" as const),
    ms: fc.oneof(fc.double(), fc.integer(), fc.constant(Infinity), fc.constant(-Infinity)),
  }),
  fc.record({ type: fc.constant("local" as const), text: timeText() }),
  fc.record({ type: fc.constant("date" as const), text: timeText() }),
);

function timeText(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string(),
    fc.constantFrom("infinity", "-infinity", "9999-12-31", "0000-01-01", "2026-02-30"),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, -1)),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
  );
}

const ranks = ["pass", "warn", "fail"];

/** How bad a conclusive outcome is; the test fails for one that is not conclusive. */
export function badness(outcome: string): number {
  expect(ranks).toContain(outcome);
  return ranks.indexOf(outcome);
}
