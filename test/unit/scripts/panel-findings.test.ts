import { describe, expect, it } from "vitest";
import type { Allowance } from "../../../scripts/prometheus/panels/allowance.ts";
import type { Answer } from "../../../scripts/prometheus/panels/answers.ts";
import type { Dashboard, PanelQuery } from "../../../scripts/prometheus/panels/committed.ts";
import { findingsOf } from "../../../scripts/prometheus/panels/findings.ts";

const age: PanelQuery = {
  uid: "one",
  title: "Age",
  refId: "A",
  expr: 'age{product=~"$product"}',
  asked: { how: "instant" },
  repeat: null,
};
const rows: PanelQuery = { ...age, title: "Rows", refId: "B" };
const dashboard: Dashboard = {
  uid: "one",
  lengthMs: 60_000,
  panelCount: 2,
  variables: [],
  queries: [age, rows],
  queryCount: 2,
};

const answer = (query: PanelQuery, product: string, given: Partial<Answer> = {}): Answer => ({
  query,
  choice: { product: { values: [product], isAll: product === "All" } },
  look: "well",
  hasData: true,
  refusal: null,
  ...given,
});
const empty = { hasData: false };

const allowed: Allowance = {
  why: "tide has no rows",
  dashboards: ["one"],
  panels: ["Rows"],
  chosen: { product: ["tide"] },
};
const well = { refused: [], empty: [], neverDrawn: [], unput: [], unneeded: [] };

describe("the answers to a dashboard's queries", () => {
  it("are as they should be when all have data, or are allowed to have none", () => {
    const answers = [answer(age, "tide"), answer(rows, "tide", empty), answer(rows, "weather")];
    expect(findingsOf(dashboard, answers, [allowed])).toEqual(well);
  });

  it("are told when Prometheus refuses one", () => {
    const refused = answer(rows, "tide", { hasData: false, refusal: "rows{\nparse error" });
    expect(findingsOf(dashboard, [answer(age, "tide"), refused, answer(rows, "All")], [])).toEqual({
      ...well,
      refused: ["Rows, B, instant, product=tide, well\nrows{\nparse error"],
    });
  });

  it.each([
    ["another product", "weather"],
    ["all products", "All"],
  ])("are told when one is empty that is allowed for another choice: %s", (_, product) => {
    const answers = [
      answer(age, "tide"),
      answer(rows, "swell"),
      answer(rows, "tide", empty),
      answer(rows, product, empty),
    ];
    expect(findingsOf(dashboard, answers, [allowed])).toEqual({
      ...well,
      empty: [`Rows, B, instant, product=${product}, well`],
    });
  });

  it("are told when a query never has data, whatever is allowed", () => {
    const answers = [answer(age, "tide"), answer(rows, "tide", empty)];
    expect(findingsOf(dashboard, answers, [allowed])).toEqual({
      ...well,
      neverDrawn: ["Rows, B, instant"],
    });
  });

  it("are told when a query was not put", () => {
    expect(findingsOf(dashboard, [answer(age, "tide")], [])).toEqual({
      ...well,
      unput: ["Rows, B, instant"],
    });
  });

  it.each<[string, Allowance, string]>([
    [
      "a value that has data",
      { ...allowed, chosen: { product: ["tide", "weather"] } },
      "Rows, B, product=weather, tide has no rows",
    ],
    [
      "a panel that has data",
      { ...allowed, panels: ["Rows", "Age"] },
      "Age, A, product=tide, tide has no rows",
    ],
    [
      "a panel that is not there",
      { ...allowed, panels: ["Rows", "Rain"] },
      "Rain, no such panel, product=tide, tide has no rows",
    ],
    [
      "a query that is not there",
      { ...allowed, panels: [["Rows", "B", "C"]] },
      "Rows, C, product=tide, tide has no rows",
    ],
  ])("are told when an allowance was not needed: %s", (_, allowance, unneeded) => {
    const answers = [answer(age, "tide"), answer(rows, "tide", empty), answer(rows, "weather")];
    expect(findingsOf(dashboard, answers, [allowance])).toEqual({ ...well, unneeded: [unneeded] });
  });

  it("need not have needed each value of what is empty at times, but one of them", () => {
    const atTimes = { ...allowed, chosen: { product: ["tide", "weather"] }, isAtTimes: true };
    const drawn = [answer(age, "tide"), answer(rows, "weather")];
    const once = [...drawn, answer(rows, "tide", empty)];
    expect(findingsOf(dashboard, once, [atTimes])).toEqual(well);
    expect(findingsOf(dashboard, drawn, [atTimes]).unneeded).toHaveLength(2);
  });
});
