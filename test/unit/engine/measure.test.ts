import { describe, expect, it } from "vitest";
import type { MetricRequest } from "../../../src/core/check.ts";
import type { GapsRequest, Measured } from "../../../src/core/measurement.ts";
import type { SqlValue } from "../../../src/core/value.ts";
import { measurementsOf } from "../../../src/engine/measure.ts";
import { planProbe } from "../../../src/engine/plan.ts";
import { checkOf, datasetOf, rowStore, types } from "./support.ts";

const gaps: GapsRequest = {
  kind: "gaps",
  id: "gaps",
  of: '"loaded_at"',
  filter: "true",
  longerThanMs: 3_600_000,
  maxGaps: 2,
};

/** What a check is handed that asks for `requests`, of which the first was answered so. */
function handed(requests: readonly MetricRequest[], answer: Measured<SqlValue>) {
  const check = checkOf("fresh", requests);
  const moment = { nowMs: 0, last: () => null };
  const plan = planProbe(datasetOf(), [check], rowStore, types, moment);
  return measurementsOf(plan, check.id, new Map([["m0", answer]]), null);
}

const gapsIn = (value: SqlValue) => handed([gaps], { ok: true, value, atMs: 7 }).gaps("gaps");

describe("the gaps that a check is handed", () => {
  it("are pairs of milliseconds, the first without one before it", () => {
    expect(gapsIn(":1782864000000,1782864000000:1782871200000")).toEqual({
      ok: true,
      value: [
        { fromMs: null, toMs: 1_782_864_000_000 },
        { fromMs: 1_782_864_000_000, toMs: 1_782_871_200_000 },
      ],
      atMs: 7,
    });
  });

  it("may lie before 1970", () => {
    expect(gapsIn("-7200001:-1")).toMatchObject({ value: [{ fromMs: -7_200_001, toMs: -1 }] });
  });

  it.each([[null], [""]])("are none where the warehouse answers %o", (value) => {
    expect(gapsIn(value)).toEqual({ ok: true, value: [], atMs: 7 });
  });

  it("are cut short when there are more than asked for", () => {
    expect(gapsIn(":1,1:2,2:3")).toEqual({
      ok: false,
      failure: {
        kind: "truncated",
        message: "There are more than 2 gaps between load times.",
      },
    });
  });

  it.each([["1:2:3"], ["1:"], [","], ["1.5:2"], ["NaN:1"], [":1,"], [3n], [true]])(
    "cannot be read out of %s",
    (value) => {
      expect(gapsIn(value)).toMatchObject({ ok: false, failure: { kind: "internal" } });
    },
  );

  it("fail as their figure failed", () => {
    const failure = { kind: "timeout", message: "It took too long." } as const;
    expect(handed([gaps], { ok: false, failure }).gaps("gaps")).toEqual({ ok: false, failure });
  });

  it("are no aggregate, an aggregate is no gaps, and neither is there unplanned", () => {
    const answer: Measured<SqlValue> = { ok: true, value: 3n, atMs: 7 };
    const ofGaps = handed([gaps], answer);
    const ofRows = handed([{ kind: "aggregate", id: "rows", fn: "count" }], answer);
    expect(() => ofGaps.aggregate("gaps")).toThrow("which it did not plan");
    expect(() => ofRows.gaps("rows")).toThrow("which it did not plan");
    expect(() => ofRows.gaps("gaps")).toThrow("which it did not plan");
    expect(ofRows.aggregate("rows")).toEqual(answer);
  });
});
