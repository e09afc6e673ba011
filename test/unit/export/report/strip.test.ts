import { describe, expect, it } from "vitest";
import type { Interval } from "../../../../src/core/timeline.ts";
import { barsOf } from "../../../../src/export/report/strip.ts";
import { freshSlo } from "./october.ts";

/** A thousand seconds on a strip of a thousand units. */
const period = { fromMs: 1_000_000, toMs: 2_000_000 };

type Stretch = readonly [state: Interval["state"], from: number, to: number];

function bars(stretches: readonly Stretch[], unit: "time" | "deliveries" = "time") {
  const timeline = stretches.map(([state, from, to]) => ({
    state,
    fromMs: period.fromMs + from * 1000,
    toMs: period.fromMs + to * 1000,
  }));
  return barsOf({ ...freshSlo.status, unit, timeline }, period).map(({ state, from, to }) => [
    state,
    from,
    to,
  ]);
}

describe("the strip of a period of time", () => {
  it("has a bar for each interval where it is, the bad ones last", () => {
    expect(
      bars([
        ["good", 0, 100],
        ["bad", 100, 150],
        ["unknown", 150, 400],
        ["excluded", 400, 800],
      ]),
    ).toEqual([
      ["good", 0, 100],
      ["unknown", 150, 400],
      ["excluded", 400, 800],
      ["bad", 100, 150],
    ]);
  });

  it("shows a bad moment as wide as can be seen, at the ends too", () => {
    expect(
      bars([
        ["bad", 0, 0.01],
        ["good", 0.01, 500],
        ["bad", 500, 500.6],
        ["good", 500.6, 999.99],
        ["bad", 999.99, 1000],
      ]).filter(([state]) => state === "bad"),
    ).toEqual([
      ["bad", 0, 2],
      ["bad", 499.3, 501.3],
      ["bad", 998, 1000],
    ]);
  });

  it("draws together what is narrower than half a pixel: bad where any is, else what is most", () => {
    expect(
      bars([
        ["good", 0, 100],
        ["unknown", 100, 100.1],
        ["good", 100.1, 100.4],
        ["unknown", 100.4, 100.7],
        ["unknown", 100.7, 200],
        ["excluded", 200, 200.1],
        ["good", 200.1, 300],
      ]),
    ).toEqual([
      ["good", 0, 100],
      ["unknown", 100, 200],
      ["excluded", 200, 200.1],
      ["good", 200.1, 300],
    ]);
  });

  it("has few bars, however many intervals there are", () => {
    const flapping = Array.from(
      { length: 100_000 },
      (_, index): Stretch => [index % 2 === 0 ? "good" : "unknown", index / 100, (index + 1) / 100],
    );
    const drawn = bars(flapping);
    expect(drawn.length).toBeLessThanOrEqual(2_000);
    expect(drawn[0]?.[1]).toBe(0);
    expect(drawn.at(-1)?.[2]).toBe(1000);
    const withBad = bars([...flapping.slice(0, 50_000), ["bad", 500, 500.001]]);
    expect(withBad.filter(([state]) => state === "bad")).toHaveLength(1);
  });

  it("is empty where nothing was judged", () => {
    expect(bars([])).toEqual([]);
  });
});

describe("the strip of a period of deliveries", () => {
  it("has a mark that ends at each deadline", () => {
    expect(
      bars(
        [
          ["good", 0, 200],
          ["bad", 300, 500],
          ["unknown", 600, 800],
        ],
        "deliveries",
      ),
    ).toEqual([
      ["good", 188, 200],
      ["unknown", 788, 800],
      ["bad", 488, 500],
    ]);
  });

  it("keeps a mark at the very start within the strip", () => {
    expect(bars([["good", -50, 0]], "deliveries")).toEqual([["good", 0, 12]]);
  });

  it("shows the worst of several at one place, and marks as narrow as they are many", () => {
    const hourly = Array.from(
      { length: 5_000 },
      (_, index): Stretch => [index === 2_500 ? "bad" : "good", index / 5, index / 5 + 0.1],
    );
    const drawn = bars(hourly, "deliveries");
    expect(drawn.length).toBeLessThanOrEqual(2_001);
    expect(drawn.filter(([state]) => state === "bad")).toEqual([["bad", 498, 500]]);
  });
});
