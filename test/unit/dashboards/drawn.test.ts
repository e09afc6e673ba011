import { describe, expect, it } from "vitest";
import { errorRatioWindows } from "../../../src/metrics/names.ts";
import {
  hasUnit,
  newestSchemaVersion,
  type Shown,
  shownSeries,
  shownStat,
  shownTable,
} from "../../helpers/grafana.ts";
import { dishonestyOf } from "../../helpers/honest.ts";
import { atRisk, broken, grey, kept, ofType, one, over, panelOf } from "./answers.ts";
import { committed, panels } from "./committed.ts";
import { answersTo, tables } from "./tables.ts";
import { under } from "./under.ts";

const figures = [0, 1, 0.5, 0.9994, 0.9995, 0.99994, 0.99995, 0.999994, 0.9999995, 1 - 2 ** -53];
const overspent = [-1e-9, -0.00001, -0.00004, -0.00005, -0.01, -1, -12.5];
const shares = [...figures, ...overspent];

describe("a share", () => {
  it.each(ofType("stat"))("is said to be whole only where it is: $where", async (panel) => {
    for (const value of shares) {
      expect(dishonestyOf(await shownStat(panel, { A: [one(value)] }))).toBe(null);
    }
  });

  it.each(tables)("is said to be whole only where it is: $where", async (table) => {
    for (const value of shares) {
      const answers = answersTo(table, () => value);
      const { rows } = await shownTable(panelOf(table.where), answers);
      expect(rows.flat().flatMap((cell) => dishonestyOf(cell) ?? [])).toEqual([]);
    }
  });

  it.each(ofType("timeseries"))("is said to be whole only where it is: $where", async (panel) => {
    const answers = Object.fromEntries(panel.targets.map(({ refId }) => [refId, [over(shares)]]));
    const all = (await shownSeries(panel, answers)).flatMap(({ values }) => values);
    expect(all.length).toBe(shares.length * panel.targets.length);
    expect(all.flatMap((value) => dishonestyOf(value) ?? [])).toEqual([]);
  });

  it("is said with two decimals, those of objectives and SLIs with four", async () => {
    const budget = panelOf("tidemark-product.json: Least budget left");
    const sli = panelOf("tidemark-product.json: SLI of $slo, with its bounds");
    const texts = async (value: number) => [
      (await shownStat(budget, { A: [one(value)] })).text,
      ...(await shownSeries(sli, { A: [one(value)] })).flatMap(({ values }) =>
        values.map(({ text }) => text),
      ),
    ];
    expect(await texts(1)).toEqual(["100.00%", "100.0000%"]);
    expect(await texts(0.9995)).toEqual(["99.95%", "99.9500%"]);
    expect(await texts(0.99996)).toEqual(["> 99.99%", "99.9960%"]);
    expect(await texts(0.9999996)).toEqual(["> 99.99%", "> 99.9999%"]);
    expect(await texts(-0.00001)).toEqual(["< 0%", "-0.0010%"]);
  });
});

describe("what nobody has seen", () => {
  it.each(ofType("stat"))("is unknown, in grey: $where", async (panel) => {
    const unknown = { value: null, text: "unknown", colour: grey };
    expect(await shownStat(panel, {})).toEqual(unknown);
    expect(await shownStat(panel, { A: [one(Number.NaN)] })).toMatchObject({
      text: "unknown",
      colour: grey,
    });
  });

  it.each([...ofType("timeseries"), ...ofType("state-timeline")])(
    "is no line and no strip: $where",
    async (panel) => {
      expect(await shownSeries(panel, {})).toEqual([]);
    },
  );

  it("would be found out if it were shown", () => {
    const shown = (value: Shown["value"], text: string, colour: string) =>
      dishonestyOf({ value, text, colour });
    expect(shown(null, "100%", kept)).toBe("absence is shown as 100%, #009E73");
    expect(shown(null, "unknown", kept)).toBe("absence is shown as unknown, #009E73");
    expect(shown(Number.NaN, "NaN", grey)).toBe("absence is shown as NaN, #B0B0B0");
    expect(shown(0.9996, "100.0%", kept)).toBe("0.9996 is shown as 100.0%");
    expect(shown(-0.0001, "0.00%", broken)).toBe("-0.0001 is shown as 0.00%");
    expect(shown(-2, "-200.00%", kept)).toBe("-2 is shown in green");
    expect(shown("007", "7", grey)).toBe('the name "007" is shown as 7');
    expect(shown("", "unknown", grey)).toBe('the name "" is shown as unknown');
    expect(shown(Infinity, "Infinity", grey)).toBe('Infinity is shown as "Infinity"');
  });
});

describe("a state", () => {
  const words = [
    ["broken", broken],
    ["at risk", atRisk],
    ["unseen", grey],
    ["kept", kept],
    ["no SLO", grey],
  ];
  const numbers = [0, 1, 2, 3, 4];
  const inWords = ({ text, colour }: Shown) => [text, colour];

  it("has its word and colour, of a product", async () => {
    const panel = panelOf("tidemark-product.json: State");
    const shown = await Promise.all(numbers.map((state) => shownStat(panel, { A: [one(state)] })));
    expect(shown.map(inWords)).toEqual(words);
  });

  it.each([
    ["tidemark-mesh.json: Data products", "A", "product"],
    ["tidemark-product.json: SLOs", "B", "slo"],
    ["tidemark-product.json: Upstream", "A", "product"],
  ])("has its word and colour, in %s", async (where, refId, label) => {
    const answers = { [refId]: numbers.map((state) => one(state, { [label]: `of-${state}` })) };
    const { columns, rows } = await shownTable(panelOf(where), answers);
    const column = columns.indexOf("State");
    expect(rows.map((row) => row.slice(column, column + 1).flatMap(inWords))).toEqual(words);
  });

  it("has its word and colour, over time", async () => {
    const panel = panelOf("tidemark-mesh.json: How products stood");
    const shown = await shownSeries(panel, { A: [over(numbers, { product: "orders" })] });
    expect(shown.map(({ name }) => name)).toEqual(["orders"]);
    expect(shown.flatMap(({ values }) => values.map(inWords))).toEqual(words);
  });

  it("has its word and colour, of a check", async () => {
    const panel = panelOf("tidemark-product.json: Checks");
    const labels = { dataset: "rows", check: "fresh" };
    const shown = await shownSeries(panel, { A: [over([0, 1, 2], labels)] });
    expect(shown.map(({ name }) => name)).toEqual(["rows.fresh"]);
    expect(shown.flatMap(({ values }) => values.map(inWords))).toEqual([
      ["broken", broken],
      ["holds", kept],
      ["unknown", grey],
    ]);
  });
});

describe("the schema's version", () => {
  it.each([...committed])("is one that Grafana knows, in %s", (_, { schemaVersion }) => {
    expect(newestSchemaVersion()).toBe(41);
    expect(schemaVersion).toBe(41);
  });
});

describe("a unit", () => {
  it.each(panels)("is one that Grafana has: $where", (panel) => {
    const overridden = under("properties", panel)
      .flat()
      .filter((property) => under("id", property)[0] === "unit")
      .flatMap((property) => under("value", property));
    const units = [panel.fieldConfig?.defaults.unit, ...overridden].map(String);
    expect(units.filter((unit) => !hasUnit(unit))).toEqual([]);
  });

  it("would be found out if there were none of its name", () => {
    expect(hasUnit("percentunits")).toBe(false);
  });
});

describe("the lines of an SLO", () => {
  it("have their names and colours, and the band its other edge", async () => {
    const panel = panelOf("tidemark-product.json: SLI of $slo, with its bounds");
    const answers = { A: [over([0.9])], B: [over([1])], C: [over([0.5])], D: [over([0.99])] };
    const shown = await shownSeries(panel, answers);
    expect(shown.map(({ name, colour }) => [name, colour])).toEqual([
      ["SLI", "#0072B2"],
      ["if unknown was good", grey],
      ["if unknown was bad", grey],
      ["objective", atRisk],
    ]);
    const edges = under("properties", panel)
      .flat()
      .filter((property) => under("id", property)[0] === "custom.fillBelowTo")
      .flatMap((property) => under("value", property));
    expect(edges).toEqual(["if unknown was bad"]);
  });

  it("have the colour of their burn rate, the longer window and the shorter one", async () => {
    const windows = errorRatioWindows.map(({ label }) => label);
    const shown = await shownSeries(panelOf("tidemark-product.json: Burn rates of $slo"), {
      A: windows.map((window) => over([1], { window })),
    });
    expect(Object.fromEntries(shown.map(({ name, colour }) => [name, colour]))).toEqual({
      "1h": "#0072B2",
      "5m": "#0072B2",
      "6h": "#56B4E9",
      "30m": "#56B4E9",
      "1d": "#CC79A7",
      "2h": "#CC79A7",
      "3d": "#F0E442",
      "7d": "#F0E442",
    });
  });

  it("have the colours of what is told, and of what came of telling", async () => {
    const incidents = await shownSeries(panelOf("tidemark-mesh.json: Open incidents"), {
      A: [
        over([1], { alert: "page" }),
        over([2], { alert: "ticket" }),
        over([3], { alert: "none" }),
      ],
    });
    expect(incidents.map(({ name, colour }) => [name, colour])).toEqual([
      ["page", broken],
      ["ticket", atRisk],
      ["none", "#0072B2"],
    ]);
  });
});
