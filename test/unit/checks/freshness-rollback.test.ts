import { describe, expect, test } from "vitest";
import { freshness } from "../../../checks/freshness/index.ts";
import type { LastSeen } from "../../../src/core/check.ts";
import { evaluateContext, figure, noonMs, paramsOf } from "./support.ts";

const minute = 60_000;
const hour = 60 * minute;
const hourly = { column: "loaded_at", max_age: "1h" };
const daily = { column: "loaded_at", by: "07:00" };

/** The verdict on a newest value of this age at noon, after what was seen before. */
function verdict(keys: Readonly<Record<string, unknown>>, ageMs: number, last: LastSeen | null) {
  const newest = { type: "instant", ms: noonMs - ageMs } as const;
  return freshness.evaluate(paramsOf(freshness, keys), figure(newest), evaluateContext({ last }));
}

/** A probe ten minutes ago that saw a load of this age. */
function seen(ageMs: number | null): LastSeen {
  return { atMs: noonMs - 10 * minute, newestMs: ageMs === null ? null : noonMs - ageMs };
}

describe("a newest value older than the one seen before", () => {
  test.each([
    ["is a warning where it would pass", hourly, 40 * minute, seen(30 * minute), "warn"],
    ["is a warning by a millisecond", hourly, 30 * minute + 1, seen(30 * minute), "warn"],
    ["is none where it is the same", hourly, 30 * minute, seen(30 * minute), "pass"],
    ["is none where it is newer", hourly, 20 * minute, seen(30 * minute), "pass"],
    ["is none where nothing was seen before", hourly, 40 * minute, null, "pass"],
    ["is none where the dataset was empty before", hourly, 40 * minute, seen(null), "pass"],
    ["stays a failure where it is too old", hourly, 2 * hour, seen(30 * minute), "fail"],
    ["is a warning of a delivery that is there all the same", daily, 6 * hour, seen(hour), "warn"],
    ["stays a failure where the delivery is gone", daily, 13 * hour, seen(hour), "fail"],
  ])("%s", (_, keys, ageMs, last, outcome) => {
    expect(verdict(keys, ageMs, last).outcome).toBe(outcome);
  });

  test("is no rollback by a clock that was set back in between", () => {
    const later: LastSeen = { atMs: noonMs + hour, newestMs: noonMs };
    expect(verdict(hourly, 40 * minute, later).outcome).toBe("pass");
  });

  test("says in one sentence how much newer the one before was", () => {
    expect(verdict(hourly, 40 * minute, seen(30 * minute)).summary).toBe(
      'The newest "loaded_at" is 2026-01-15T11:20:00.000Z, 40m old; at most 1h promised; one 10m newer was seen before and is gone.',
    );
    expect(verdict(hourly, 40 * minute, seen(30 * minute))).toMatchObject({
      newestMs: noonMs - 40 * minute,
      measured: { age_seconds: 2_400 },
    });
  });
});
