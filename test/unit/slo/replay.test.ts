import { describe, expect, it } from "vitest";
import type { ObservedCheck, ScenarioObservation } from "../../../src/slo/observed.ts";
import { replay, type Scenario } from "../../../src/slo/replay.ts";
import { day, hour, midnight, minute } from "./builders.ts";

function seen(
  hours: number,
  outcome: ScenarioObservation["outcome"] = "pass",
  newestHours: number | null = null,
): ScenarioObservation {
  const newestMs = newestHours === null ? null : midnight + newestHours * hour;
  return { atMs: midnight + hours * hour, outcome, nextDueMs: null, newestMs, loadsMs: null };
}

function held(observations: readonly ScenarioObservation[], holdMs: number | null = null) {
  const check: ObservedCheck = {
    name: "fresh",
    sli: { kind: "state" },
    cadenceMs: hour,
    holdMs,
    observations,
  };
  return { unit: "time" as const, checks: [check] };
}

function fresh(observations: readonly ScenarioObservation[]) {
  const sli = {
    kind: "freshness",
    maxAgeMs: 2 * hour,
    time: "load",
    visibilityDelayMs: 0,
  } as const;
  return {
    unit: "time" as const,
    checks: [{ name: "fresh", sli, cadenceMs: hour, holdMs: null, observations }],
  };
}

const scenario: Scenario = {
  objectivePpm: 950_000,
  window: { kind: "rolling", lengthMs: 6 * hour },
  unknown: "ignore",
  coverageFloorPpm: 900_000,
  sinceMs: null,
  burnWindows: [{ text: "60m", ms: hour }],
  forecastWindowMs: day,
  nowMs: midnight + 6 * hour,
  hasBlame: false,
  observed: held([seen(0), seen(1, "fail"), seen(2), seen(3)]),
  excluded: [],
};

/** What is not counted in time. */
const counted = {
  good_seconds: null,
  bad_seconds: null,
  unknown_seconds: null,
  excluded_seconds: null,
  burn_rates: [],
  forecast: null,
};

describe("replay", () => {
  it("prints every key of the contract, with ratios of six decimals and plain instants", () => {
    expect(replay(scenario)).toEqual({
      window: { from: "2026-01-01T00:00:00Z", to: "2026-01-01T06:00:00Z", seconds: 21_600 },
      good_seconds: 12_600,
      bad_seconds: 3_600,
      unknown_seconds: 5_400,
      excluded_seconds: 0,
      good_events: null,
      bad_events: null,
      unknown_events: null,
      excluded_events: null,
      sli: 0.777778,
      sli_bounds: [0.583333, 0.833333],
      coverage: 0.75,
      budget: {
        allowed: 1_080,
        consumed: 3.333333,
        remaining: -2.333333,
        remaining_lower: -7.333333,
      },
      burn_rates: [{ window: "60m", burn_rate: null, coverage: 0, frozen: true }],
      forecast: { exhausted_at: "2026-01-01T06:00:00Z" },
      timeline: [
        { from: "2026-01-01T00:00:00Z", to: "2026-01-01T01:00:00Z", state: "good" },
        { from: "2026-01-01T01:00:00Z", to: "2026-01-01T02:00:00Z", state: "bad" },
        { from: "2026-01-01T02:00:00Z", to: "2026-01-01T04:30:00Z", state: "good" },
        { from: "2026-01-01T04:30:00Z", to: "2026-01-01T06:00:00Z", state: "unknown" },
      ],
    });
  });

  it("names who is to blame only in the form with several checks", () => {
    expect(replay({ ...scenario, hasBlame: true }).blame).toEqual([
      { check: "fresh", bad_seconds: 3_600 },
    ]);
    expect(replay(scenario)).not.toHaveProperty("blame");
  });

  it("forecasts a period that has just begun by what was promised before it too", () => {
    const today: Scenario = {
      ...scenario,
      window: { kind: "calendar", period: "day", timezone: "UTC" },
      observed: held([seen(-2, "fail"), ...[-1, 0, 1, 2, 3, 4, 5].map((at) => seen(at))]),
    };
    expect(replay(today).forecast).toEqual({ exhausted_at: null });
    // Of 24 hours 1.2 may be bad, and one of the last eight was: they are gone in 9.6.
    const promised = replay({ ...today, sinceMs: midnight - day });
    expect(promised).toMatchObject({ bad_seconds: 0, budget: { consumed: 0 } });
    expect(promised.forecast).toEqual({ exhausted_at: "2026-01-01T15:36:00Z" });
  });

  it("prints milliseconds of an instant that has some", () => {
    const output = replay({ ...scenario, nowMs: midnight + 1 });
    expect(output.window.to).toBe("2026-01-01T00:00:00.001Z");
  });

  it("prints zero without a sign", () => {
    const { consumed } = replay({ ...scenario, observed: held([]) }).budget;
    expect(Object.is(consumed, 0)).toBe(true);
  });
});

describe("observations of a scenario", () => {
  const observations = [
    seen(0, "pass", -0.5),
    seen(1, "pass", -0.5),
    seen(2, "fail", -0.5),
    seen(2, "fail"),
    seen(3, "pass", 2.5),
    seen(4, "pass", 1),
    seen(5, "error"),
  ];

  it("may come in any order", () => {
    for (const of of [held, fresh]) {
      const inOrder = replay({ ...scenario, observed: of(observations) });
      expect(replay({ ...scenario, observed: of(observations.toReversed()) })).toEqual(inOrder);
      const turned = [...observations.slice(3), ...observations.slice(0, 3)];
      expect(replay({ ...scenario, observed: of(turned) })).toEqual(inOrder);
    }
  });

  it("may be given twice", () => {
    for (const of of [held, fresh]) {
      const twice = replay({ ...scenario, observed: of([...observations, ...observations]) });
      expect(twice).toEqual(replay({ ...scenario, observed: of(observations) }));
    }
    const count = { atMs: midnight, good: 1, total: 2 };
    const once = { ...scenario, observed: { unit: "rows" as const, counts: [count] } };
    const observed = { unit: "rows" as const, counts: [count, { ...count }] };
    expect(replay({ ...scenario, observed })).toEqual(replay(once));
  });

  it("have not happened while they lie ahead of now", () => {
    const past = replay({ ...scenario, observed: fresh([seen(5, "pass", 4)]) });
    const ahead = [seen(5, "pass", 4), seen(6.01, "fail", 4), seen(7, "fail")];
    expect(replay({ ...scenario, observed: fresh(ahead) })).toEqual(past);
    expect(past).toMatchObject({ good_seconds: 7_200, bad_seconds: 0, unknown_seconds: 14_400 });
  });

  it("before the window count for what they say of it", () => {
    const held24 = held([seen(-3, "fail")], 4 * hour);
    expect(replay({ ...scenario, observed: held24 }).bad_seconds).toBe(3_600);
    // Loaded at 23:00: good until 01:00, and nothing is known of what comes after.
    const stamped = replay({ ...scenario, observed: fresh([seen(-1, "pass", -1)]) });
    expect(stamped).toMatchObject({ good_seconds: 3_600, bad_seconds: 0, unknown_seconds: 18_000 });
  });

  it("with a newest load after the probe are taken as loaded at the probe", () => {
    const early = replay({ ...scenario, observed: fresh([seen(1, "pass", 3)]) });
    expect(early).toEqual(replay({ ...scenario, observed: fresh([seen(1, "pass", 1)]) }));
    expect(early.good_seconds).toBe(7_200);
  });

  it("with a newest load after the probe hide none of the loads that are known later", () => {
    const loadsMs = [1.5, 3, 4.5].map((at) => midnight + at * hour);
    const ahead = [seen(0, "pass", 3), { ...seen(5, "pass", 4.5), loadsMs }];
    // Loaded at 00:00, 01:30, 03:00 and 04:30: never older than two hours.
    expect(replay({ ...scenario, observed: fresh(ahead) }).good_seconds).toBe(21_600);
  });

  it("that failed with a newest load after the probe failed because of it, and know none", () => {
    const future = replay({
      ...scenario,
      observed: fresh([seen(0, "pass", 0), seen(1, "fail", 3)]),
    });
    const none = replay({ ...scenario, observed: fresh([seen(0, "pass", 0), seen(1, "fail")]) });
    expect(future).toEqual(none);
    // Held from 01:00 for an hour and a half; what came before is unknown, for the chain is broken.
    expect(future).toMatchObject({ good_seconds: 0, bad_seconds: 5_400, unknown_seconds: 16_200 });
  });

  it("hold for no time with a hold of nothing", () => {
    const instant = replay({ ...scenario, observed: held([seen(1), seen(2, "fail")], 0) });
    expect(instant).toMatchObject({ good_seconds: 0, bad_seconds: 0, unknown_seconds: 21_600 });
    expect(instant).toMatchObject({ sli: null, coverage: 0, sli_bounds: [0, 1] });
  });

  it("settle with their loads what lies between two probes, in whatever order those are listed", () => {
    const between = {
      ...seen(5, "pass", 4.5),
      loadsMs: [4.5, 1, -1, 9].map((at) => midnight + at * hour),
    };
    // Good on [01:00, 03:00) after the load at 01:00, bad until that at 04:30.
    const output = replay({ ...scenario, observed: fresh([seen(0, "pass", 0), between]) });
    expect(output).toMatchObject({ good_seconds: 16_200, bad_seconds: 5_400, unknown_seconds: 0 });
  });

  it("count the newest load though it is not listed among the loads", () => {
    const listed = { ...seen(1, "pass", 0.5), loadsMs: [midnight + 30 * minute] };
    const without = { ...listed, loadsMs: [] };
    const [all, none] = [listed, without].map((last) =>
      replay({ ...scenario, observed: fresh([seen(0, "pass", -1.9), last]) }),
    );
    expect(none).toEqual(all);
    // Loaded at 22:06, good until 00:06, and then bad until 00:30.
    expect(all).toMatchObject({ bad_seconds: 24 * 60 });
  });
});

describe("deliveries and rows", () => {
  const deliveries = {
    unit: "deliveries" as const,
    checks: [
      {
        name: "deadline",
        sli: {
          kind: "deadline" as const,
          by: "07:00",
          timezone: "UTC",
          calendar: null,
          opensMs: 2 * hour,
        },
        observations: [seen(7.1, "pass", 6), seen(31.1, "fail", 6), seen(103.1, "pass", 102)],
      },
    ],
  };
  const days: Scenario = {
    ...scenario,
    window: { kind: "rolling", lengthMs: 6 * day },
    nowMs: midnight + 6 * day,
    observed: deliveries,
  };

  it("are printed as events, deliveries with a timeline of their own", () => {
    expect(replay(days)).toEqual({
      ...counted,
      window: { from: "2026-01-01T00:00:00Z", to: "2026-01-07T00:00:00Z", seconds: 518_400 },
      good_events: 2,
      bad_events: 1,
      unknown_events: 3,
      excluded_events: 0,
      sli: 0.666667,
      sli_bounds: [0.333333, 0.833333],
      coverage: 0.5,
      budget: {
        allowed: 0.3,
        consumed: 3.333333,
        remaining: -2.333333,
        remaining_lower: -12.333333,
      },
      timeline: [
        ["01", "good"],
        ["02", "bad"],
        ["03", "unknown"],
        ["04", "unknown"],
        ["05", "good"],
        ["06", "unknown"],
      ].map(([of, state]) => ({
        from: `2026-01-${of}T05:00:00Z`,
        to: `2026-01-${of}T07:00:00Z`,
        state,
      })),
    });
  });

  it("are excused by their deadline, and a removed one is in no allowance", () => {
    const on = (date: number, mode: "remove" | "good") => ({
      fromMs: midnight + (date - 1) * day + 7 * hour,
      toMs: midnight + (date - 1) * day + 8 * hour,
      mode,
    });
    const excused = replay({ ...days, excluded: [on(2, "good"), on(3, "remove")] });
    expect(excused).toMatchObject({
      good_events: 3,
      bad_events: 0,
      unknown_events: 2,
      excluded_events: 1,
      coverage: 0.6,
      budget: { allowed: 0.25 },
    });
    const missed = { ...on(2, "remove"), fromMs: midnight + day + 7 * hour + 1 };
    expect(replay({ ...days, excluded: [missed] }).excluded_events).toBe(0);
  });

  it("have the allowance of a calendar period, and a state only once they are due and promised", () => {
    const month = replay({
      ...days,
      window: { kind: "calendar", period: "month", timezone: "UTC" },
      sinceMs: midnight + day,
      excluded: [
        { fromMs: midnight, toMs: midnight + day, mode: "remove" },
        { fromMs: midnight + 29 * day, toMs: midnight + 31 * day, mode: "remove" },
      ],
    });
    expect(month).toMatchObject({
      good_events: 1,
      bad_events: 1,
      unknown_events: 3,
      excluded_events: 2,
      coverage: 0.4,
      budget: { allowed: 1.45 },
    });
  });

  it("of rows are summed before they are divided, within the window and since the promise", () => {
    const counts = [
      { atMs: midnight - 1, good: 0, total: 1_000 },
      { atMs: midnight, good: 0, total: 60 },
      { atMs: midnight + hour, good: 90, total: 100 },
      { atMs: midnight + 2 * hour, good: 0, total: 40 },
      { atMs: midnight + 3 * hour, good: 0, total: 50 },
      { atMs: midnight + 6 * hour, good: 0, total: 1_000 },
    ];
    const observed = { unit: "rows" as const, counts };
    const excluded = [
      { fromMs: midnight + 2 * hour, toMs: midnight + 2.5 * hour, mode: "remove" as const },
      { fromMs: midnight + 3 * hour, toMs: midnight + 4 * hour, mode: "good" as const },
    ];
    expect(replay({ ...scenario, observed, excluded, sinceMs: midnight + hour })).toEqual({
      ...counted,
      window: { from: "2026-01-01T00:00:00Z", to: "2026-01-01T06:00:00Z", seconds: 21_600 },
      good_events: 140,
      bad_events: 10,
      unknown_events: 0,
      excluded_events: 40,
      sli: 0.933333,
      sli_bounds: [0.933333, 0.933333],
      coverage: 1,
      budget: { allowed: 10.5, consumed: 0.952381, remaining: 0.047619, remaining_lower: 0.047619 },
      timeline: [],
    });
  });

  it("of more rows than have six decimals keep those that they have", () => {
    const counts = [{ atMs: midnight, good: 41_073_002_712_709, total: 148_698_315_446_863 }];
    const observed = { unit: "rows" as const, counts };
    expect(replay({ ...scenario, observed, objectivePpm: 990_000 })).toMatchObject({
      bad_events: 107_625_312_734_154,
      budget: { allowed: 1_486_983_154_468.63, consumed: 72.3783 },
    });
  });
});

describe("a calendar window", () => {
  const of = (timezone: string, at: string): Scenario => ({
    ...scenario,
    window: { kind: "calendar", period: "month", timezone },
    nowMs: Date.parse(at),
    observed: held([]),
  });

  it.each([
    ["Europe/Berlin", "2026-10-15T00:00:00Z", "2026-09-30T22:00:00Z", 745],
    ["America/New_York", "2026-03-15T00:00:00Z", "2026-03-01T05:00:00Z", 743],
    ["America/Santiago", "2026-04-15T00:00:00Z", "2026-04-01T03:00:00Z", 721],
    ["Australia/Lord_Howe", "2026-10-15T00:00:00Z", "2026-09-30T13:30:00Z", 743.5],
    ["Asia/Kolkata", "2028-02-29T00:00:00Z", "2028-01-31T18:30:00Z", 696],
  ])("has the hours of the month in %s at %s", (timezone, at, from, hours) => {
    const { window, budget } = replay(of(timezone, at));
    expect([window.from, window.seconds / 3_600]).toEqual([from, hours]);
    expect(budget.allowed).toBeCloseTo(hours * 180, 6);
  });

  it("begins at one where the clocks leap over the month's first midnight", () => {
    const { window } = replay(of("America/Asuncion", "2017-10-15T00:00:00Z"));
    expect(window).toEqual({
      from: "2017-10-01T04:00:00Z",
      to: "2017-11-01T03:00:00Z",
      seconds: 743 * 3_600,
    });
  });
});
