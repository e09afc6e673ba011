import { describe, expect, test } from "vitest";
import type { Past } from "../../../src/slo/backtest.ts";
import { worstWithin } from "../../../src/slo/backtest.ts";
import { pastOfAges } from "../../../src/slo/backtest-ages.ts";
import {
  offersOf,
  type ProposalTerms,
  propose,
  usualWindowMs,
} from "../../../src/slo/backtest-proposal.ts";
import { type JudgedRows, pastOfRows } from "../../../src/slo/backtest-rows.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const monthMs = 30 * dayMs;

const fresh: ProposalTerms = {
  name: "orders.fresh",
  sli: (maxAgeMs) => ({ kind: "freshness", maxAgeMs, time: "load", visibilityDelayMs: 0 }),
  cadenceMs: hourMs,
  holdMs: null,
};
const daily: ProposalTerms = {
  name: "orders.enough",
  sli: () => ({ kind: "state" }),
  cadenceMs: dayMs,
  holdMs: null,
};

/** Ninety days of hourly loads, but for gaps of these lengths, which begin on the days given. */
function hourly(gaps: Readonly<Record<number, number>> = {}): Past {
  const found: { fromMs: number; toMs: number }[] = [];
  for (let ms = 0; ms < 90 * dayMs; ) {
    const lengthMs = (ms % dayMs === 0 ? gaps[ms / dayMs] : undefined) ?? hourMs;
    found.push({ fromMs: ms, toMs: ms + lengthMs });
    ms += lengthMs;
  }
  return pastOfAges({ fromMs: 0, toMs: 90 * dayMs, gaps: found, exactFromMs: minuteMs });
}

function shown(past: Past, terms: ProposalTerms, windowMs = monthMs) {
  return offersOf(past, terms, windowMs).map(({ objectivePpm, threshold, spent }) => [
    objectivePpm / 10_000,
    threshold / hourMs,
    Math.round(spent * 1e6) / 1e6,
  ]);
}

describe("the worst of a window", () => {
  const spans = [
    { fromMs: 0, toMs: 10 },
    { fromMs: 20, toMs: 25 },
    { fromMs: 90, toMs: 100 },
    { fromMs: 105, toMs: 112 },
  ];

  test.each([
    [5, 5],
    [10, 10],
    [22, 17],
    [25, 15 + 2],
    [1_000, 32],
  ])("of %d holds at most %d that is bad", (windowMs, worst) => {
    expect(worstWithin(spans, windowMs)).toBe(worst);
  });

  test("is nothing without anything bad", () => {
    expect(worstWithin([], 30)).toBe(0);
  });
});

describe("offers", () => {
  test("name the strictest round age that spends half a budget at most", () => {
    // Hourly loads are 45 minutes old for a quarter of each hour, and never older than an hour.
    expect(shown(hourly(), fresh)).toEqual([
      [99.9, 1, 0],
      [99.5, 1, 0],
      [99, 1, 0],
      [98, 1, 0],
      [95, 1, 0],
      [90, 1, 0],
    ]);
  });

  test("give way for an outage as far as an objective's budget asks for", () => {
    // A day without loads is 24h − x bad: 21.6 minutes of 99.9 %, 3.6 hours of 99 %, 18 of 95 % are half.
    expect(shown(hourly({ 40: dayMs }), fresh)).toEqual([
      [99.9, 24, 0],
      [99.5, 24, 0],
      [99, 24, 0],
      [98, 18, 0.416667],
      [95, 6, 0.5],
      [90, 1, 0.319444],
    ]);
  });

  test("are held to the worst window, and not to the mean of the past", () => {
    // Two days without loads within a month: 2 × (24h − x) of the 36 hours that 95 % allows.
    const offers = shown(hourly({ 40: dayMs, 50: dayMs }), fresh);
    expect(offers).toContainEqual([95, 18, 0.333333]);
    const apart = shown(hourly({ 10: dayMs, 50: dayMs }), fresh);
    expect(apart).toContainEqual([95, 6, 0.5]);
  });

  test("hold a past that is shorter than the window to its own share of the budget", () => {
    const tenDays = pastOfAges({
      fromMs: 0,
      toMs: 10 * dayMs,
      gaps: [{ fromMs: 0, toMs: 10 * hourMs }],
      exactFromMs: minuteMs,
    });
    // Half of 95 % of ten days are six hours.
    expect(shown(tenDays, fresh)).toContainEqual([95, 4, 0.5]);
  });

  test("name no age below what is exact", () => {
    const coarse = pastOfAges({
      fromMs: 0,
      toMs: 90 * dayMs,
      gaps: [],
      exactFromMs: 2 * hourMs,
    });
    expect(shown(coarse, fresh)[0]).toEqual([99.9, 2, 0]);
  });

  test("repeat what validate would say of the objective at the cadence", () => {
    const judged = Array.from({ length: 90 }, (_, day): JudgedRows => {
      return { fromMs: day * dayMs, toMs: (day + 1) * dayMs, rows: 100 };
    });
    const offers = offersOf(pastOfRows(judged, "min"), daily, 90 * dayMs);
    expect(
      offers.map(({ objectivePpm, threshold, isRefused, findings }) => [
        objectivePpm / 10_000,
        threshold,
        isRefused,
        findings.length,
      ]),
    ).toEqual([
      [99.9, 100, true, 1],
      [99.5, 100, true, 1],
      [99, 100, true, 1],
      [98, 100, false, 1],
      [95, 100, false, 0],
      [90, 100, false, 0],
    ]);
    expect(offers[0]?.findings[0]).toMatch(
      /^one failed daily probe costs 1111\.1 % of this budget/,
    );
  });
});

describe("a proposal", () => {
  const proposed = (past: Past, terms: ProposalTerms, windowMs = monthMs) =>
    propose([past], [offersOf(past, terms, windowMs)]);

  test("is the strictest objective that needs no threshold far from the easiest", () => {
    expect(proposed(hourly(), fresh)).toMatchObject({
      objectivePpm: 999_000,
      offers: [{ threshold: hourMs }],
    });
    // 18 hours for 98 % are more than twice the hour that 90 % needs.
    expect(proposed(hourly({ 40: dayMs }), fresh)).toMatchObject({
      objectivePpm: 900_000,
      offers: [{ threshold: hourMs }],
    });
    // 90 % holds an hour, 95 % two, and 98 % needs 18.
    expect(proposed(hourly({ 40: 20 * hourMs }), fresh)).toMatchObject({
      objectivePpm: 950_000,
      offers: [{ threshold: 2 * hourMs }],
    });
  });

  test("is one that validate has nothing against", () => {
    const judged = Array.from({ length: 90 }, (_, day): JudgedRows => {
      return { fromMs: day * dayMs, toMs: (day + 1) * dayMs, rows: 100 };
    });
    expect(proposed(pastOfRows(judged, "min"), daily, 90 * dayMs)).toMatchObject({
      objectivePpm: 950_000,
      offers: [{ threshold: 100, findings: [] }],
    });
  });

  test("is none where no usual objective would have held", () => {
    const rows = Array.from({ length: 70 }, (_, day): JudgedRows => {
      return { fromMs: day * dayMs, toMs: (day + 1) * dayMs, rows: day % 7 < 2 ? 0 : 500 };
    });
    expect(proposed(pastOfRows(rows, "min"), daily, 90 * dayMs)).toBeNull();
  });

  test("has one objective for a lower and an upper bound", () => {
    // Three days of 400 rows in 90 spend two thirds of 95 %, and a third of 90 %.
    const rows = Array.from({ length: 90 }, (_, day): JudgedRows => {
      const count = day % 30 === 0 ? 400 : 100;
      return { fromMs: day * dayMs, toMs: (day + 1) * dayMs, rows: count };
    });
    const pasts = [pastOfRows(rows, "min"), pastOfRows(rows, "max")];
    const offers = pasts.map((past) => offersOf(past, daily, 90 * dayMs, 0.25));
    expect(propose(pasts, offers)).toMatchObject({
      objectivePpm: 950_000,
      offers: [{ threshold: 100 }, { threshold: 400 }],
    });
  });

  test("is for thirty days, and for ninety where a day is one observation or delivery", () => {
    expect(usualWindowMs("time", hourMs)).toBe(30 * dayMs);
    expect(usualWindowMs("time", dayMs)).toBe(90 * dayMs);
    expect(usualWindowMs("deliveries", minuteMs)).toBe(90 * dayMs);
  });
});
