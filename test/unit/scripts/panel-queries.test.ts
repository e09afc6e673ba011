import { describe, expect, it } from "vitest";
import { putsOf } from "../../../scripts/prometheus/panels/answers.ts";
import { alone, offersOf } from "../../../scripts/prometheus/panels/choices.ts";
import { dashboardOf, readDashboards } from "../../../scripts/prometheus/panels/committed.ts";
import { committed } from "../dashboards/committed.ts";

const target = { refId: "A", expr: 'up{product=~"$product",slo=~"$slo"}', instant: true };
const query = (name: string, multi: boolean) => ({
  type: "query",
  name,
  query: { query: `label_values(up, ${name})`, refId: "variable" },
  multi,
  includeAll: multi,
});
const small = dashboardOf({
  uid: "small",
  time: { from: "now-6h", to: "now" },
  templating: { list: [query("product", false), query("slo", true)] },
  annotations: { list: [{ name: "Open", expr: 'open{product=~"$product"}', step: "60s" }] },
  panels: [
    { type: "stat", title: "Once", targets: [target] },
    { type: "row", title: "$slo", repeat: "slo" },
    {
      type: "timeseries",
      title: "For each",
      targets: [{ ...target, instant: false, range: true }],
    },
    { type: "row", title: "Closed", panels: [{ type: "stat", title: "In it", targets: [target] }] },
  ],
});

describe("the reader of dashboards", () => {
  it("finds the queries of variables, annotations and panels, and what their rows are repeated for", () => {
    expect(small).toMatchObject({ lengthMs: 21_600_000, panelCount: 3, queryCount: 6 });
    expect(small.queries.map(({ title, asked, repeat }) => [title, asked.how, repeat])).toEqual([
      ["product", "values", null],
      ["slo", "values", null],
      ["Open", "range", null],
      ["Once", "instant", null],
      ["For each", "range", "slo"],
      ["In it", "instant", null],
    ]);
  });

  it("finds as many queries and panels as the committed dashboards hold", () => {
    const texts = [...committed.values()].map((one) => JSON.stringify(one));
    const count = (pattern: RegExp) =>
      texts.reduce((sum, text) => sum + [...text.matchAll(pattern)].length, 0);
    const dashboards = readDashboards();
    expect(dashboards).toHaveLength(texts.length);
    expect(dashboards.flatMap(({ queries }) => queries)).toHaveLength(
      count(/"expr":/g) + count(/label_values\(/g),
    );
    expect(dashboards.reduce((sum, { panelCount }) => sum + panelCount, 0)).toBe(
      count(/"refId":"A"/g),
    );
  });
});

describe("what is put of a dashboard", () => {
  const choice = (product: string, slos: readonly string[], isAll = true) => ({
    product: alone(product),
    slo: { values: slos, isAll },
  });
  const put = (...choices: Parameters<typeof putsOf>[1]) =>
    putsOf(small, choices).map(({ query: { title }, choice: chosen }) => [
      title,
      ...Object.values(chosen).map(({ values, isAll }) => (isAll ? "All" : values.join("|"))),
    ]);

  it("is each query with what it mentions, once", () => {
    expect(put(choice("tide", ["a", "b"]), choice("tide", ["a"], false))).toEqual([
      ["product"],
      ["slo"],
      ["Open", "tide"],
      ["Once", "tide", "All"],
      ["Once", "tide", "a"],
      ["For each", "tide", "a"],
      ["For each", "tide", "b"],
      ["In it", "tide", "All"],
      ["In it", "tide", "a"],
    ]);
  });

  it("is a repeated panel with an empty value where there is none", () => {
    expect(put(choice("buoys", []))).toContainEqual(["For each", "buoys", ""]);
  });
});

describe("what may be chosen", () => {
  const slosOf: Readonly<Record<string, readonly string[]>> = {
    'up{product=~"tide"}': ["fresh", "whole"],
    'up{product=~"buoys"}': [""],
  };
  const facets = dashboardOf({
    uid: "facets",
    time: { from: "now-1h", to: "now" },
    templating: {
      list: [
        { ...query("product", false), query: { query: "label_values(up, product)" } },
        { ...query("slo", true), query: { query: 'label_values(up{product=~"$product"}, slo)' } },
      ],
    },
    annotations: {},
    panels: [],
  });

  it("is everything, each value by itself, and all of them by name, under each choice of the one before", async () => {
    const labelValues = async (label: string, selector: string) =>
      label === "product" ? ["buoys", "tide"] : (slosOf[selector] ?? []);
    const { values, choices } = await offersOf(facets, { labelValues }, 0);
    expect([...values].map(([name, offered]) => [name, [...offered]])).toEqual([
      ["product", ["buoys", "tide"]],
      ["slo", ["fresh", "whole"]],
    ]);
    const words = choices.map(({ product, slo }) => [
      product?.values.join("|"),
      slo?.isAll ? "All" : slo?.values.join("|"),
    ]);
    expect(words).toEqual([
      ["buoys", "All"],
      ["tide", "All"],
      ["tide", "fresh"],
      ["tide", "whole"],
      ["tide", "fresh|whole"],
    ]);
  });
});
