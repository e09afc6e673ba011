import { describe, expect, it } from "vitest";
import { colours } from "../../../dashboards/_shared/colours.ts";
import { burnSteps } from "../../../dashboards/_shared/fields.ts";
import { burnRateAlerts } from "../../../src/slo/burn-rate-tiers.ts";
import { committed, panels } from "./committed.ts";
import { under } from "./under.ts";

/** Okabe and Ito (2008), Color Universal Design, in hex, and the grey that is none of them. */
const allowed = [
  "#000000",
  "#E69F00",
  "#56B4E9",
  "#009E73",
  "#F0E442",
  "#0072B2",
  "#D55E00",
  "#CC79A7",
  "#B0B0B0",
];
const green = "#009E73";
const grey = "#B0B0B0";

describe("the colours", () => {
  it("are those of Okabe and Ito, each with one meaning, and one grey", () => {
    expect(colours).toEqual({
      kept: "#009E73",
      atRisk: "#E69F00",
      broken: "#D55E00",
      unknown: "#B0B0B0",
      figure: "#0072B2",
      secondFigure: "#56B4E9",
      thirdFigure: "#CC79A7",
      fourthFigure: "#F0E442",
    });
  });

  it.each([...committed])("of %s are no others", (_, dashboard) => {
    const used = ["color", "fixedColor", "iconColor"].flatMap((key) => under(key, dashboard));
    const named = used.filter((one) => typeof one === "string");
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((one) => !allowed.includes(one))).toEqual([]);
    const modes = under("color", dashboard).flatMap((one) => under("mode", { color: one }));
    expect(
      modes.filter((mode) => !["thresholds", "fixed", "shades"].includes(String(mode))),
    ).toEqual([]);
  });
});

describe("the lines across burn rates", () => {
  it("are at all the rates that alerts watch for, those that page in vermilion", () => {
    const [objectivePpm, dayMs, minuteMs] = [999_000, 86_400_000, 60_000];
    const watched = [15, 60, 360].flatMap((minutes) =>
      burnRateAlerts(objectivePpm, 30 * dayMs, minutes * minuteMs),
    );
    const rates = [...new Set(watched.map(({ threshold }) => threshold))].sort((a, b) => a - b);
    expect(burnSteps.slice(1).map(({ value }) => value)).toEqual(rates);
    const often = burnRateAlerts(objectivePpm, 30 * dayMs, 15 * minuteMs);
    expect(often.map(({ level, threshold }) => [level, threshold])).toEqual([
      ["page", 14.4],
      ["page", 6],
      ["ticket", 3],
      ["ticket", 1],
    ]);
    expect(burnSteps).toEqual([
      { value: null, color: "#0072B2" },
      { value: 1, color: "#E69F00" },
      { value: 3, color: "#E69F00" },
      { value: 6, color: "#D55E00" },
      { value: 14.4, color: "#D55E00" },
    ]);
  });
});

describe("what is absent", () => {
  it.each(panels.filter(({ type }) => type !== "timeseries"))(
    "is said to be unknown, in grey, by $where",
    ({ fieldConfig }) => {
      const [first] = fieldConfig?.defaults.mappings ?? [];
      expect(first).toEqual({
        type: "special",
        options: { match: "null+nan", result: { text: "unknown", color: grey, index: 0 } },
      });
    },
  );

  it("is never mapped to another colour or another text, by any panel or column", () => {
    const special = under("mappings", [...committed.values()])
      .flat()
      .filter((one) => under("match", one).length > 0);
    expect(special.length).toBeGreaterThan(20);
    const results = special.flatMap((one) => under("result", one));
    expect([...new Set(results.map((one) => JSON.stringify(one)))]).toEqual([
      '{"text":"unknown","color":"#B0B0B0","index":0}',
    ]);
  });

  it("does not begin in green where thresholds colour", () => {
    const steps = under("steps", [...committed.values()]);
    expect(steps.length).toBeGreaterThan(20);
    const first = steps.flatMap((one) => under("color", Array.isArray(one) ? one[0] : one));
    expect(first.filter((colour) => colour === green)).toEqual([]);
  });

  it("is a gap in every line and strip", () => {
    const drawn = panels.filter(({ type }) => type === "timeseries" || type === "state-timeline");
    expect(drawn.length).toBeGreaterThan(10);
    expect(under("spanNulls", drawn)).toEqual(drawn.map(() => false));
  });

  it("has no text but unknown", () => {
    expect(new Set(under("noValue", [...committed.values()]))).toEqual(new Set(["unknown"]));
  });

  it("is grey where a state or a verdict is unseen, and only what holds is green", () => {
    const words = under("mappings", [...committed.values()])
      .flat()
      .filter((one) => under("text", one).length > 0)
      .flatMap((one) => {
        const shown = under("color", one);
        return under("text", one).map((text, index) => `${String(text)} ${String(shown[index])}`);
      });
    expect([...new Set(words)].sort()).toEqual([
      // The colour is that of the threshold.
      "< 0% undefined",
      "> 99.99% undefined",
      "> 99.9999% undefined",
      "at risk #E69F00",
      "broken #D55E00",
      "holds #009E73",
      "in use #009E73",
      "kept #009E73",
      "no SLO #B0B0B0",
      "refused #D55E00",
      "unknown #B0B0B0",
      "unseen #B0B0B0",
    ]);
  });
});
