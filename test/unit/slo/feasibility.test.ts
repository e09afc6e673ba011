import { describe, expect, test } from "vitest";
import type { Calendar } from "../../../src/core/calendar.ts";
import type { DeadlineSli } from "../../../src/core/sli.ts";
import {
  type Finding,
  infeasibilities,
  type PromisedCheck,
  type SloPromise,
} from "../../../src/slo/feasibility.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

function held(cadenceMs: number, holdMs: number | null = null): PromisedCheck {
  return { name: "orders.enough", sli: { kind: "state" }, cadenceMs, holdMs };
}

const fresh: PromisedCheck = {
  name: "orders.fresh",
  sli: { kind: "freshness", maxAgeMs: hourMs, time: "load", visibilityDelayMs: 2_000 },
  cadenceMs: hourMs,
  holdMs: null,
};

function promise(objectivePpm: number, over: Partial<SloPromise> = {}): SloPromise {
  return {
    objectivePpm,
    window: { kind: "rolling", lengthMs: 30 * dayMs },
    checks: [held(hourMs)],
    inputs: [],
    historyMs: 400 * dayMs,
    ...over,
  };
}

function told(of: SloPromise): readonly string[] {
  return infeasibilities(of).map(({ code, level, message }) => `${level} ${code}: ${message}`);
}

function only(of: SloPromise, code: Finding["code"]): string | undefined {
  return infeasibilities(of).find((finding) => finding.code === code)?.message;
}

describe("what one failed probe that holds costs", () => {
  test("99.9 % of 30 days probed hourly is refused with the strictest that holds one failure", () => {
    expect(told(promise(999_000))).toEqual([
      "error TM_SLO_QUANTUM: one failed hourly probe costs 138.9 % of this budget; 99.861 % is the strictest that holds one failure, 99.444 % leaves room for four",
    ]);
  });

  test("the objective that is named holds one failure, and one a thousandth higher does not", () => {
    expect(only(promise(998_610), "TM_SLO_QUANTUM")).toBeUndefined();
    expect(only(promise(998_620), "TM_SLO_QUANTUM")).toContain("costs 100.6 %");
  });

  test("fewer than four failures in the budget are a warning with the objective that has room for four", () => {
    expect(told(promise(995_000))).toEqual([
      "warning TM_SLO_FEW_FAILURES: one failed hourly probe costs 27.8 % of this budget; 99.444 % leaves room for four",
    ]);
  });

  test("exactly four failures are no finding", () => {
    expect(told(promise(960_000, { window: { kind: "rolling", lengthMs: 100 * hourMs } }))).toEqual(
      [],
    );
  });

  test("exactly one failure is no error", () => {
    const of = promise(990_000, { window: { kind: "rolling", lengthMs: 100 * hourMs } });

    expect(infeasibilities(of).map(({ level }) => level)).toEqual(["warning"]);
    expect(only(of, "TM_SLO_FEW_FAILURES")).toContain("costs 100.0 %");
  });

  test("a cadence without a word of its own is named by its length", () => {
    expect(only(promise(999_900, { checks: [held(5 * minuteMs)] }), "TM_SLO_QUANTUM")).toBe(
      "one failed probe (every 5m) costs 115.7 % of this budget; 99.988 % is the strictest that holds one failure, 99.953 % leaves room for four",
    );
  });

  test("a window of a single probe holds no failure at any objective", () => {
    const of = promise(500_000, {
      window: { kind: "rolling", lengthMs: dayMs },
      checks: [held(dayMs)],
    });

    expect(only(of, "TM_SLO_QUANTUM")).toBe(
      "one failed daily probe costs 200.0 % of this budget; no objective holds one failure in this window",
    );
  });

  test("the slowest of several checks is judged, and named", () => {
    const slow = { ...held(6 * hourMs), name: "orders.shape" };
    const [finding] = infeasibilities(promise(998_000, { checks: [held(hourMs), slow, fresh] }));

    expect(finding?.message).toContain("one failed probe (every 6h) costs 416.7 %");
    expect(finding?.hint).toContain("`orders.shape`");
  });

  test("every check that costs too much is named, the dearest first", () => {
    const slow = { ...held(6 * hourMs), name: "orders.shape" };
    const quick = { ...held(5 * minuteMs), name: "orders.rows" };
    const checks = [quick, held(hourMs), slow];

    expect(infeasibilities(promise(999_000, { checks })).map(({ hint }) => hint)).toEqual([
      "probe `orders.shape`, `orders.enough` more often, take a longer window, or promise less",
    ]);
  });

  test("a check that falls due by its own parameters is not to be probed more often", () => {
    const checks = [held(hourMs), { ...held(dayMs), name: "orders.each_day", isPaced: true }];

    expect(infeasibilities(promise(950_000, { checks })).map(({ hint }) => hint)).toEqual([
      "take a longer window, or promise less",
    ]);
  });

  test("a hold shorter than the cadence is what a failure costs", () => {
    const checks = [held(hourMs, 10 * minuteMs)];

    expect(told(promise(999_000, { checks }))).toEqual([]);
    expect(only(promise(999_900, { checks }), "TM_SLO_QUANTUM")).toContain(
      "one failed hourly probe (held for 10m) costs 231.5 %",
    );
    expect(
      only(promise(999_000, { checks: [held(hourMs, 9 * hourMs)] }), "TM_SLO_QUANTUM"),
    ).toContain("costs 138.9 %");
  });

  test("freshness is judged by load times, so that its cadence costs nothing", () => {
    expect(told(promise(999_900, { checks: [fresh] }))).toEqual([]);
  });

  test("the budget of a month has to hold in February", () => {
    const window = { kind: "calendar", period: "month", timezone: "Europe/Berlin" } as const;

    expect(only(promise(998_600, { window }), "TM_SLO_QUANTUM")).toContain(
      "costs 106.3 % of this budget; 99.851 % is the strictest",
    );
  });
});

describe("how long a window may be", () => {
  test.each([
    ["400 days", { kind: "rolling", lengthMs: 400 * dayMs }, undefined],
    ["a year of the calendar", { kind: "calendar", period: "year", timezone: "UTC" }, undefined],
    [
      "400 days and a millisecond",
      { kind: "rolling", lengthMs: 400 * dayMs + 1 },
      "the window is longer than history is kept, which is 400d",
    ],
  ] as const)("%s", (_length, window, message) => {
    expect(only(promise(950_000, { window }), "TM_SLO_WINDOW")).toBe(message);
  });

  test("the finding is about the window, and an error", () => {
    const [finding] = infeasibilities(
      promise(950_000, { window: { kind: "rolling", lengthMs: 500 * dayMs } }),
    );

    expect(finding).toMatchObject({ code: "TM_SLO_WINDOW", level: "error", about: "window" });
  });
});

describe("burn rates that can never be reached", () => {
  const every5m = { checks: [held(5 * minuteMs)] };

  test.each([
    [930_600, undefined],
    [930_500, "×14.4 needs an objective above 93.06 %"],
    [833_400, "×14.4 needs an objective above 93.06 %"],
    [833_300, "×14.4 needs an objective above 93.06 %; ×6 needs an objective above 83.33 %"],
    [
      666_600,
      "×14.4 needs an objective above 93.06 %; ×6 needs an objective above 83.33 %; ×3 needs an objective above 66.67 %",
    ],
  ])("of an objective of %i ppm", (objectivePpm, reasons) => {
    expect(only(promise(objectivePpm, every5m), "TM_SLO_BURN_RATES")).toBe(
      reasons && `burn rates that alerts watch for can never be reached: ${reasons}`,
    );
  });

  test("an hour all bad is less than 2 % of the budget of a year", () => {
    const window = { kind: "rolling", lengthMs: 365 * dayMs } as const;

    expect(only(promise(990_000, { ...every5m, window }), "TM_SLO_BURN_RATES")).toBe(
      "burn rates that alerts watch for can never be reached: ×14.4 looks at 1h, and 2 % of this budget is longer",
    );
  });

  test.each([
    ["an hourly probe is not watched for ×14.4", hourMs, 930_500, undefined],
    ["an hourly probe is watched for ×6", hourMs, 800_000, "×6 needs an objective above 83.33 %"],
    ["a probe every 6h is not watched for ×6", 6 * hourMs, 800_000, undefined],
    ["a daily probe is watched for no burn rate", dayMs, 500_000, undefined],
  ])("%s", (_what, cadenceMs, objectivePpm, reasons) => {
    const checks = [{ ...fresh, cadenceMs }];

    expect(only(promise(objectivePpm, { checks }), "TM_SLO_BURN_RATES")).toBe(
      reasons && `burn rates that alerts watch for can never be reached: ${reasons}`,
    );
  });
});

describe("what one missed delivery costs", () => {
  const weekdays: Calendar = {
    name: "business",
    timezone: "Europe/London",
    days: new Set([1, 2, 3, 4, 5]),
    holidays: new Set(),
    validUntil: null,
  };
  const by = (calendar: Calendar | null): PromisedCheck => ({
    name: "orders.by_seven",
    sli: {
      kind: "deadline",
      by: "07:00",
      timezone: "Europe/London",
      calendar,
      opensMs: null,
    } satisfies DeadlineSli,
    cadenceMs: dayMs,
    holdMs: null,
  });

  test("99 % of the business days of a month allow none to be missed", () => {
    expect(told(promise(990_000, { checks: [by(weekdays)] }))).toEqual([
      "warning TM_SLO_DELIVERIES: one missed delivery costs 476.2 % of this budget: about 21 fall due in the window; 95.238 % is the strictest that holds one",
    ]);
  });

  test("the objective that is named holds one", () => {
    expect(told(promise(952_380, { checks: [by(weekdays)] }))).toEqual([]);
  });

  test("deliveries of several checks fall due together", () => {
    expect(only(promise(990_000, { checks: [by(null), by(null)] }), "TM_SLO_DELIVERIES")).toContain(
      "about 60 fall due",
    );
  });

  test("deliveries have no burn rates", () => {
    expect(only(promise(500_000, { checks: [by(null)] }), "TM_SLO_BURN_RATES")).toBeUndefined();
  });

  test("a window that no delivery fits into is told as such", () => {
    const window = { kind: "rolling", lengthMs: 12 * hourMs } as const;

    expect(infeasibilities(promise(500_000, { window, checks: [by(null)] }))).toMatchObject([
      { about: "window", message: "the window is shorter than the time between two deliveries" },
    ]);
  });
});

describe("what inputs promise", () => {
  const payments = { slo: "payments/fresh", objectivePpm: 990_000 };
  const customers = { slo: "customers/fresh", objectivePpm: 980_000 };
  const checks = [fresh];

  test("an objective above the product of its inputs' is told with the figures", () => {
    expect(told(promise(975_000, { checks, inputs: [[payments, customers]] }))).toEqual([
      "warning TM_SLO_INPUTS: this promises more than its inputs do: `payments/fresh` 99 % × `customers/fresh` 98 % = 97.02 %",
    ]);
  });

  test("an objective as high as the product is no finding", () => {
    expect(told(promise(970_200, { checks, inputs: [[payments, customers]] }))).toEqual([]);
    expect(told(promise(990_000, { checks, inputs: [[payments]] }))).toEqual([]);
  });

  test("of several quality dimensions the weakest inputs count", () => {
    expect(
      only(promise(985_000, { checks, inputs: [[payments], [customers]] }), "TM_SLO_INPUTS"),
    ).toBe("this promises more than its inputs do: `customers/fresh` 98 %");
  });

  test("without inputs that promise anything there is no finding", () => {
    expect(told(promise(999_999, { checks, inputs: [[]] }))).toEqual([]);
  });
});

test("errors come before warnings", () => {
  const of = promise(500_000, {
    window: { kind: "rolling", lengthMs: dayMs },
    checks: [held(16 * hourMs), held(minuteMs)],
    inputs: [[{ slo: "payments/fresh", objectivePpm: 400_000 }]],
  });

  expect(infeasibilities(of).map(({ code }) => code)).toEqual(["TM_SLO_QUANTUM", "TM_SLO_INPUTS"]);
});
