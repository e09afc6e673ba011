import { describe, expect, test } from "vitest";
import { freshness } from "../../../checks/freshness/index.ts";
import type { MetricRequest, PlanContext } from "../../../src/core/check.ts";
import { noonMs, paramsOf, planContext } from "./support.ts";

const hour = 3_600_000;
const last = { atMs: noonMs - hour, newestMs: noonMs - 2 * hour };
const hourly = { column: "loaded_at", max_age: "1h" };

function planned(keys: object, context: Partial<PlanContext> = {}): readonly MetricRequest[] {
  const params = paramsOf(freshness, { ...hourly, ...keys });
  return freshness.plan(params, { ...planContext(), ...context });
}

const newest = { kind: "aggregate", id: "newest", fn: "max", of: '"loaded_at"' };
const fromSeen = `"loaded_at" >= TIMESTAMP '2026-01-15 09:59:59.999+00:00'`;

describe("what is read of the column", () => {
  test("by default an answer may stand while no row changes", () => {
    expect(planned({}, { last })).toEqual([{ ...newest, mayStand: true }]);
    expect(planned({ source: "auto" })).toEqual(planned({}));
  });

  test("is all of it where the check says so", () => {
    expect(planned({ source: "column" }, { last })).toEqual([newest]);
  });

  test("is what lies at the newest value seen, or beyond, where the check names partitions", () => {
    expect(planned({ source: "partition" }, { last })).toEqual([{ ...newest, within: fromSeen }]);
  });

  test("is all of it before anything was seen, and after the dataset was empty", () => {
    const empty = { ...last, newestMs: null };
    expect(planned({ source: "partition" })).toEqual([newest]);
    expect(planned({ source: "partition" }, { last: empty })).toEqual([newest]);
  });

  test("is the newest partition where the metadata say that the column is what makes them", () => {
    const partitions = { column: "loaded_at", newestFromMs: noonMs - 12 * hour };
    const fromPartition = `"loaded_at" >= TIMESTAMP '2026-01-15 00:00:00.000+00:00'`;
    expect(planned({}, { partitions })).toMatchObject([{ within: fromPartition }]);
    expect(planned({}, { partitions, last })).toMatchObject([{ within: fromSeen }]);
    expect(planned({}, { partitions: { ...partitions, column: "day" }, last })).toEqual([
      { ...newest, mayStand: true },
    ]);
    expect(planned({ source: "column" }, { partitions, last })).toEqual([newest]);
  });

  test("begins with the newest partition known before where all rows may not be read", () => {
    const partitions = { column: "loaded_at", newestFromMs: noonMs - 12 * hour } as const;
    const fromPartition = `"loaded_at" >= TIMESTAMP '2026-01-15 00:00:00.000+00:00'`;
    const needy = { ...partitions, needsCondition: true } as const;
    expect(planned({}, { partitions: needy, last })).toMatchObject([{ within: fromPartition }]);
    const later = { ...needy, newestFromMs: noonMs };
    expect(planned({}, { partitions: later, last })).toMatchObject([{ within: fromSeen }]);
    const { newestFromMs: _, ...unknown } = needy;
    expect(planned({}, { partitions: unknown, last })).toMatchObject([{ within: fromSeen }]);
  });

  test("are the deliveries too, right after their deadline", () => {
    const daily = { max_age: undefined, by: "11:30" };
    const after = { ...last, atMs: noonMs - 60_000 };
    expect(planned(daily, { last }).map((one) => "mayStand" in one)).toEqual([true, false]);
    expect(planned(daily, { last: after })).toEqual([{ ...newest, mayStand: true }]);
  });
});
