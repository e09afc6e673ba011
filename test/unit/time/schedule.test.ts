import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Schedule } from "../../../src/core/mesh.ts";
import {
  countDue,
  defaultHold,
  nextDue,
  previousDue,
  scheduleKey,
  scheduleProblem,
  shortestGap,
  stableOffset,
} from "../../../src/time/schedule.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const newYear = Date.UTC(2026, 0, 1);

function every(everyMs: number): Schedule {
  return { kind: "every", everyMs };
}

function cron(expression: string, timezone = "UTC"): Schedule {
  return { kind: "cron", expression, timezone };
}

describe("scheduleProblem", () => {
  it.each([
    every(1_000),
    every(365 * day),
    cron("* * * * *"),
    cron("0 6 * * 1-5", "Europe/Berlin"),
    cron("0 6 * * mon-fri"),
    cron("  0   6  * *  * "),
    cron("0 0 29 2 *"),
    cron("0 6 L * *"),
  ])("finds none in %j", (schedule) => {
    expect(scheduleProblem(schedule)).toBeNull();
  });

  it.each([
    [every(0), "`every` is at least `1s`"],
    [every(999), "`every` is at least `1s`"],
    [cron("0 0 30 2 *"), "`0 0 30 2 *` never falls due: there is no such day"],
    [cron("0 0 31 4,6,9,11 *"), "`0 0 31 4,6,9,11 *` never falls due: there is no such day"],
    [cron("0 6 * * *", "Europe/Berlinn"), "there is no time zone `Europe/Berlinn`"],
    [cron("0 25 * * *"), "`0 25 * * *` is not a cron expression: Invalid value for hour: 25"],
    [
      cron("0 0 6 * * *"),
      "a cron expression has five fields (minute hour day month weekday), `0 0 6 * * *` has 6",
    ],
    [
      cron("@daily"),
      "a cron expression has five fields (minute hour day month weekday), `@daily` has 1",
    ],
  ])("says what is wrong with %j", (schedule, problem) => {
    expect(scheduleProblem(schedule)).toBe(problem);
  });

  it("refuses a long list of nonsense without delay", () => {
    expect(scheduleProblem(cron(`${"1,".repeat(50_000)}x * * * *`))).toContain(
      "is not a cron expression",
    );
  });
});

describe("nextDue", () => {
  it("counts `every` from the epoch plus the offset, strictly after", () => {
    const quarter = every(15 * minute);
    expect(nextDue(quarter, 0, newYear)).toBe(newYear + 15 * minute);
    expect(nextDue(quarter, 7 * minute, newYear)).toBe(newYear + 7 * minute);
    expect(nextDue(quarter, 7 * minute, newYear + 7 * minute)).toBe(newYear + 22 * minute);
    expect(nextDue(quarter, 7 * minute, newYear + 7 * minute - 1)).toBe(newYear + 7 * minute);
  });

  it("reads cron in its zone, exact whatever the offset, strictly after", () => {
    const daily = cron("0 6 * * *", "Europe/Berlin");
    expect(nextDue(daily, 7 * minute, newYear)).toBe(newYear + 5 * hour);
    expect(nextDue(daily, 0, newYear + 5 * hour)).toBe(newYear + 29 * hour);
    expect(nextDue(daily, 0, newYear + 5 * hour + 1)).toBe(newYear + 29 * hour);
    expect(nextDue(daily, 0, newYear + 5 * hour - 1)).toBe(newYear + 5 * hour);
  });

  it("finds a day that comes every fourth year", () => {
    expect(nextDue(cron("0 0 29 2 *"), 0, newYear)).toBe(Date.UTC(2028, 1, 29));
  });

  it("throws a RangeError for a schedule with a problem", () => {
    expect(() => nextDue(cron("0 0 30 2 *"), 0, newYear)).toThrow(RangeError);
  });
});

describe("previousDue", () => {
  it("is the last due time at or before", () => {
    expect(previousDue(every(hour), minute, newYear)).toBe(newYear - 59 * minute);
    expect(previousDue(every(hour), minute, newYear + minute)).toBe(newYear + minute);
    const daily = cron("0 6 * * *", "Europe/Berlin");
    expect(previousDue(daily, 0, newYear)).toBe(newYear - 19 * hour);
    expect(previousDue(daily, 0, newYear + 5 * hour)).toBe(newYear + 5 * hour);
    expect(previousDue(daily, 0, newYear + 5 * hour - 1)).toBe(newYear - 19 * hour);
  });

  it("brackets every instant with nextDue, whatever the clocks do", () => {
    const expressions = [
      "30 2 * * *",
      "*/20 1-3 * * *",
      "30 1,2 * * *",
      "0 0 * * 1-5",
      "0 6 L * *",
    ];
    const zones = ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata"];
    fc.assert(
      fc.property(
        fc.constantFrom(...expressions),
        fc.constantFrom(...zones),
        fc.integer({ min: newYear, max: newYear + 365 * day }),
        (expression, zone, atMs) => {
          const schedule = cron(expression, zone);
          const previousMs = previousDue(schedule, 0, atMs);
          const nextMs = nextDue(schedule, 0, atMs);
          expect(previousMs).toBeLessThanOrEqual(atMs);
          expect(nextMs).toBeGreaterThan(atMs);
          expect(nextDue(schedule, 0, previousMs)).toBe(nextMs);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("countDue", () => {
  it("counts due times after the first instant up to and with the second", () => {
    expect(countDue(every(hour), 0, newYear, newYear + 3 * hour)).toBe(3);
    expect(countDue(every(hour), 0, newYear, newYear + 3 * hour - 1)).toBe(2);
    expect(countDue(every(hour), minute, newYear, newYear + minute)).toBe(1);
    expect(countDue(cron("0 * * * *"), 0, newYear, newYear + 3 * hour)).toBe(3);
    expect(countDue(cron("0 * * * *"), 0, newYear, newYear + 3 * hour - 1)).toBe(2);
  });

  it("is 0 for an empty or reversed stretch", () => {
    expect(countDue(every(hour), 0, newYear, newYear)).toBe(0);
    expect(countDue(every(hour), 0, newYear + day, newYear)).toBe(0);
    expect(countDue(cron("0 * * * *"), 0, newYear + day, newYear)).toBe(0);
  });

  it("counts a year of seconds by arithmetic", () => {
    expect(countDue(every(1_000), 0, newYear, newYear + 365 * day)).toBe(31_536_000);
  });

  it("counts ten years of minutes on the wall clock", () => {
    const tenYears = Date.UTC(2036, 0, 1);
    const count = countDue(cron("* * * * *"), 0, newYear, tenYears);
    expect(count).toBe((tenYears - newYear) / minute);
  });

  it("counts a midnight once where it goes over from walking to the wall clock", () => {
    const fromMs = newYear - 1_000 * minute;
    expect(countDue(cron("* * * * *"), 0, fromMs, newYear + 2 * day)).toBe(1_000 + 2_880);
    expect(countDue(cron("* * * * *"), 0, fromMs - minute, newYear + 2 * day)).toBe(1_001 + 2_880);
  });

  it("counts a year of office minutes on the wall clock, weekends left out", () => {
    const minutely = cron("* 9-17 * * 1-5", "Asia/Kolkata");
    expect(countDue(minutely, 0, newYear, Date.UTC(2027, 0, 1))).toBe(261 * 9 * 60);
  });

  it("adds up when a stretch is split", () => {
    const instant = fc.integer({ min: newYear, max: newYear + 30 * day });
    const schedules = [every(7 * minute), cron("*/20 * * * *"), cron("5 4 * * 1-5")] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...schedules),
        fc.tuple(instant, instant, instant),
        (schedule, instants) => {
          const [fromMs, middleMs, toMs] = instants.sort((a, b) => a - b);
          const whole = countDue(schedule, 0, fromMs, toMs);
          const left = countDue(schedule, 0, fromMs, middleMs);
          expect(left + countDue(schedule, 0, middleMs, toMs)).toBe(whole);
        },
      ),
    );
  });
});

describe("shortestGap", () => {
  it.each([
    [every(15 * minute), 15 * minute],
    [cron("* * * * *"), minute],
    [cron("*/7 * * * *"), 4 * minute],
    [cron("0,50 0,23 * * *"), 10 * minute],
    [cron("0 6 * * *", "Europe/Berlin"), day],
    [cron("0 6 * * 1-5", "Europe/Berlin"), day],
    [cron("0 6 * * 1"), 7 * day],
    [cron("0 6 1 * *"), 28 * day],
    [cron("0 6 29 2 *"), 1_461 * day],
    [cron("0 1,22 * * *"), 3 * hour],
  ])("of %j is %d ms", (schedule, gapMs) => {
    expect(shortestGap(schedule)).toBe(gapMs);
  });
});

describe("defaultHold", () => {
  it("is one and a half cadences for `every`", () => {
    expect(defaultHold(every(hour), 0, newYear)).toBe(90 * minute);
  });

  it("is not lengthened by a probe that comes late, nor cut by one between", () => {
    expect(defaultHold(every(hour), 0, newYear + minute) + minute).toBe(90 * minute);
  });

  it("holds over the weekend on a weekday schedule", () => {
    const friday = Date.UTC(2026, 0, 2, 6);
    expect(defaultHold(cron("0 6 * * 1-5"), 0, friday)).toBe(3 * day + 12 * hour);
  });
});

describe("scheduleKey", () => {
  it.each([
    [every(15 * minute), "15m"],
    [every(90 * minute), "1h30m"],
    [cron(" 0  6 * * *", "Europe/Berlin"), "0 6 * * * Europe/Berlin"],
  ])("of %j is %s", (schedule, key) => {
    expect(scheduleKey(schedule)).toBe(key);
  });
});

describe("stableOffset", () => {
  it("is the same in every process and version", () => {
    expect([
      stableOffset("orders/orders", 15 * minute),
      stableOffset("orders/refunds", 15 * minute),
      stableOffset("größe/straße", 15 * minute),
    ]).toEqual([402_000, 426_000, 241_000]);
  });

  it("is whole seconds below the cadence", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1_000, max: 400 * day }), (key, everyMs) => {
        const offsetMs = stableOffset(key, everyMs);
        expect(offsetMs % 1_000).toBe(0);
        expect(offsetMs).toBeGreaterThanOrEqual(0);
        expect(offsetMs).toBeLessThan(everyMs);
      }),
    );
  });

  it("spreads keys that differ in a number evenly", () => {
    const buckets = Array.from({ length: 15 }, () => 0);
    for (let index = 0; index < 1_500; index += 1) {
      const bucket = Math.floor(stableOffset(`product-${index}/orders`, 15 * minute) / minute);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    expect(Math.min(...buckets)).toBeGreaterThan(60);
    expect(Math.max(...buckets)).toBeLessThan(140);
  });
});
