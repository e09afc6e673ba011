import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { freshness } from "../../../checks/freshness/index.ts";
import type { CheckResult, LastSeen } from "../../../src/core/check.ts";
import type { SqlValue } from "../../../src/core/value.ts";
import {
  businessDays,
  evaluateContext,
  figures,
  type Moment,
  noonMs,
  paramsOf,
  planContext,
} from "./support.ts";

type Keys = Readonly<Record<string, unknown>>;

const minute = 60_000;
const hour = 60 * minute;
const daily = { column: "loaded_at", by: "07:00" };
const kept = { ...daily, history: "append_only" };

/** An instant of January 2026; the probe is on Thursday, the 15th, at noon. */
function at(dayAndClock: string): number {
  return Date.parse(`2026-01-${dayAndClock.replace(" ", "T")}Z`);
}

function instant(dayAndClock: string): SqlValue {
  return { type: "instant", ms: at(dayAndClock) };
}

function probe(
  keys: Keys,
  figuresById: Readonly<Record<string, SqlValue>>,
  moment: Moment = {},
): CheckResult {
  const params = paramsOf(freshness, keys);
  const measured = figures(figuresById, { atMs: moment.nowMs ?? noonMs });
  return freshness.evaluate(params, measured, evaluateContext(moment));
}

function planned(keys: Keys, moment: Moment = {}): readonly string[] {
  return freshness
    .plan(paramsOf(freshness, keys), planContext(moment))
    .map((one) => ("id" in one ? `${one.id} ${one.filter ?? ""}`.trim() : ""));
}

describe("the verdict on a delivery", () => {
  test.each([
    ["in time is there", "15 06:59:59.999", "15 12:00", "pass"],
    ["that comes too late is there all the same", "15 11:59", "15 12:00", "pass"],
    ["from before its day is missing", "15 00:00", "15 12:00", "fail"],
    ["of its first millisecond is there", "15 00:00:00.001", "15 12:00", "pass"],
    ["is not missed before it is due", "14 06:30", "15 06:59:59.999", "pass"],
    ["is missing from the very deadline on", "14 06:30", "15 07:00", "fail"],
    ["may be there early", "15 03:00", "15 04:00", "pass"],
  ])("%s: a load of %s seen at %s", (_, newest, now, outcome) => {
    const result = probe(daily, { newest: instant(newest) }, { nowMs: at(now) });
    expect(result.outcome).toBe(outcome);
    expect(result.newestMs).toBe(at(newest));
  });

  test("says what is missing and since when", () => {
    const keys = { ...daily, timezone: "Europe/Berlin" };
    expect(probe(keys, { newest: instant("14 05:30") })).toEqual({
      outcome: "fail",
      summary:
        'The newest "loaded_at" is 2026-01-14T05:30:00.000Z, 1d6h30m old; the delivery due 2026-01-15 07:00 in Europe/Berlin is missing.',
      measured: { age_seconds: 109_800, newest: "2026-01-14T05:30:00.000Z" },
      expected: { by: "07:00", due: "2026-01-15T06:00:00.000Z", future_tolerance_seconds: 300 },
      newestMs: at("14 05:30"),
    });
  });

  test("says what is there", () => {
    expect(probe(daily, { newest: instant("15 06:30") }).summary).toBe(
      'The newest "loaded_at" is 2026-01-15T06:30:00.000Z, 5h30m old; the delivery due 2026-01-15 07:00 in UTC is there.',
    );
  });

  test("names the deadline to the second where it is promised so", () => {
    const precise = { ...daily, by: "07:00:30" };
    expect(probe(precise, { newest: instant("14 05:30") }).summary).toContain(
      "the delivery due 2026-01-15 07:00:30 in UTC is missing",
    );
  });

  test("counts loads from its opening on where that is said", () => {
    const early = { ...daily, opens: "12h" };
    expect(probe(early, { newest: instant("14 19:00") }).outcome).toBe("fail");
    expect(probe(early, { newest: instant("14 19:00:00.001") }).outcome).toBe("pass");
  });

  test("waits for no delivery on a day that is not in the calendar", () => {
    const calendar = businessDays("2026-01-15");
    const keys = { ...daily, calendar: "business" };
    const result = probe(keys, { newest: instant("14 06:00") }, { calendar });
    expect(result.outcome).toBe("pass");
    expect(result.expected["due"]).toBe("2026-01-14T07:00:00.000Z");
  });

  test("is skipped where no delivery has ever been due", () => {
    const calendar = { ...businessDays(), days: new Set<never>() };
    const result = probe(
      { ...daily, calendar: "c" },
      { newest: instant("14 06:00") },
      { calendar },
    );
    expect(result.outcome).toBe("skip");
    expect(result.summary).toContain("no delivery has been due yet; a delivery by 07:00 promised");
    expect(result).not.toHaveProperty("newestMs");
  });

  test("treats a dataset without a value and one from the future as an age does", () => {
    expect(probe(daily, {}).outcome).toBe("fail");
    expect(probe({ ...daily, when_empty: "skip" }, {}).summary).toBe(
      'No row has a value in "loaded_at"; a delivery by 07:00 promised.',
    );
    const future = probe(daily, { newest: instant("15 13:00") });
    expect(future.outcome).toBe("fail");
    expect(future).not.toHaveProperty("newestMs");
  });
});

describe("a day serves the delivery of its own day", () => {
  const byDay = (text: string, now: string, keys: Keys = daily): CheckResult =>
    probe(keys, { newest: { type: "date", text } }, { nowMs: at(now) });

  test.each([
    ["today's, once it is due", "2026-01-15", "15 12:00", "pass", "15 07:00"],
    ["today's, before it is due", "2026-01-15", "15 06:00", "pass", "15 06:00"],
    ["yesterday's, before today's is due", "2026-01-14", "15 06:00", "pass", "14 07:00"],
    ["but not the next", "2026-01-14", "15 12:00", "fail", "14 07:00"],
  ])("%s", (_, text, now, outcome, newest) => {
    const result = byDay(text, now);
    expect(result.outcome).toBe(outcome);
    expect(result.newestMs).toBe(at(newest));
  });

  test("in the zone of the deadline", () => {
    const keys = { ...daily, timezone: "Asia/Kolkata" };
    expect(byDay("2026-01-15", "15 12:00", keys).newestMs).toBe(at("15 01:30"));
  });

  test("but tells no load times", () => {
    const measured = { newest: { type: "date", text: "2026-01-15" } as const };
    const last = { atMs: at("13 12:00"), newestMs: at("13 07:00") };
    expect(probe(kept, measured, { last })).not.toHaveProperty("loads");
  });
});

describe("what fell due since the last probe is looked up", () => {
  const berlin = { timezone: "Europe/Berlin" };
  const last = (seenAt: string): LastSeen => ({ atMs: at(seenAt), newestMs: at("12 06:30") });

  test("the last delivery, between its opening and its deadline", () => {
    expect(planned({ ...daily, ...berlin }, berlin)).toEqual([
      "newest",
      "delivery_0 \"loaded_at\" > TIMESTAMP '2026-01-15 00:00:00.000+01:00' AND " +
        "\"loaded_at\" <= TIMESTAMP '2026-01-15 07:00:00.000+01:00'",
    ]);
  });

  test.each<readonly [string, Keys, LastSeen | null, number]>([
    ["once, at the first probe after the deadline", daily, last("15 07:00"), 0],
    ["the last one alone where rows may change", daily, last("12 07:00"), 1],
    ["each where rows keep their load time", kept, last("12 07:00"), 3],
    ["up to the instant of the last probe", kept, last("14 06:59:59.999"), 2],
    ["none where none fell due", kept, last("15 07:00"), 0],
    ["the last one where there is no last probe", kept, null, 1],
  ])("%s", (_, keys, seen, count) => {
    expect(planned(keys, { last: seen })).toHaveLength(1 + count);
  });

  test("on days outside the calendar too, so that a changed calendar is judged by the same loads", () => {
    // The 15th is a Thursday: Friday to Wednesday hold a weekend.
    const keys = { ...kept, calendar: "business" };
    const moment = { calendar: businessDays(), last: last("09 06:00") };
    expect(planned(keys, moment)).toHaveLength(1 + 7);
    expect(planned({ ...daily, calendar: "business" }, moment)).toHaveLength(1 + 1);
  });

  test("at most a hundred of them", () => {
    const days = (count: number): LastSeen => ({
      atMs: at("15 07:00") - count * 24 * hour,
      newestMs: null,
    });
    expect(planned(kept, { last: days(100) })).toHaveLength(1 + 100);
    expect(planned(kept, { last: days(101) })).toHaveLength(1 + 1);
  });
});

describe("a load that a later one hides", () => {
  const hidden = { newest: instant("15 11:00"), delivery_0: instant("15 06:30") };

  test("proves that the delivery came in time", () => {
    expect(probe(daily, hidden).loads).toEqual({ instants: [at("15 06:30")], isComplete: false });
  });

  test("proves nothing by its absence where rows may change", () => {
    expect(probe(daily, { newest: instant("15 11:00") })).not.toHaveProperty("loads");
  });

  test("is not told twice", () => {
    const same = { newest: instant("15 06:30"), delivery_0: instant("15 06:30") };
    expect(probe(daily, same)).not.toHaveProperty("loads");
  });
});

describe("with history", () => {
  const last: LastSeen = { atMs: at("13 06:00"), newestMs: at("12 06:30") };
  const threeDays = {
    newest: instant("15 11:00"),
    delivery_0: instant("13 06:30"),
    delivery_1: null,
    delivery_2: instant("15 06:30"),
  };

  test("every delivery since the last probe is known, and so are those that never came", () => {
    expect(probe(kept, threeDays, { last }).loads).toEqual({
      instants: [at("13 06:30"), at("15 06:30")],
      isComplete: true,
    });
    expect(probe(kept, { newest: instant("15 11:00") }, { last }).loads).toEqual({
      instants: [],
      isComplete: true,
    });
  });

  test("a load that was known before is left out", () => {
    const later = { ...last, newestMs: at("13 06:30") };
    expect(probe(kept, threeDays, { last: later }).loads).toEqual({
      instants: [at("15 06:30")],
      isComplete: true,
    });
  });

  test("not all is known where one of them could not be measured", () => {
    const params = paramsOf(freshness, kept);
    const failure = { kind: "timeout", message: "late" } as const;
    const measured = figures(threeDays);
    const result = freshness.evaluate(
      params,
      {
        ...measured,
        aggregate: (id) => (id === "delivery_1" ? { ok: false, failure } : measured.aggregate(id)),
      },
      evaluateContext({ last }),
    );
    expect(result.outcome).toBe("pass");
    expect(result.loads).toEqual({
      instants: [at("13 06:30"), at("15 06:30")],
      isComplete: false,
    });
  });

  test("not all is known where a deadline passed between planning and asking", () => {
    const nowMs = at("15 06:59:59.999");
    const measured = figures(
      { newest: instant("15 06:30"), delivery_0: instant("13 06:30") },
      { atMs: nowMs + 1 },
    );
    const context = evaluateContext({ last, nowMs });
    const { loads } = freshness.evaluate(paramsOf(freshness, kept), measured, context);
    expect(loads).toEqual({ instants: [at("13 06:30")], isComplete: false });
  });

  test("not all is known of times without zone in the night when clocks are set back", () => {
    const loadsOn = (date: string): unknown => {
      const nowMs = Date.parse(`2026-10-${date}T12:00Z`);
      const wall = new Date(nowMs - hour).toISOString().slice(0, -1);
      const known = { atMs: nowMs - 24 * hour, newestMs: nowMs - 30 * hour };
      const moment = { nowMs, last: known, timezone: "Europe/Berlin" };
      return probe(kept, { newest: { type: "local", text: wall } }, moment).loads;
    };
    expect(loadsOn("25")).toBeUndefined();
    expect(loadsOn("27")).toEqual({ instants: [], isComplete: true });
  });
});

describe("for all loads and probes", () => {
  test("a later load is never worse, and the newest load is never after the probe", () => {
    const moments = fc.integer({ min: at("10 00:00"), max: at("15 12:00") });
    const zones = fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kolkata", "America/Santiago");
    fc.assert(
      fc.property(moments, moments, moments, zones, (one, other, nowMs, timezone) => {
        const rank = (ms: number): boolean => {
          const figure = { newest: { type: "instant", ms } } as const;
          const result = probe({ ...daily, timezone, future_tolerance: "30d" }, figure, { nowMs });
          expect(result.newestMs).toBeLessThanOrEqual(nowMs);
          return result.outcome === "pass";
        };
        expect(rank(Math.max(one, other))).toBe(rank(one) || rank(other));
      }),
    );
  });
});
