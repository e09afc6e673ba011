import { describe, expect, it } from "vitest";
import { seen } from "../../../dashboards/_shared/promql.ts";
import { queriesOf, withVariables } from "../../../dashboards/_shared/queries.ts";
import { leastBudget, productState, sloState } from "../../../dashboards/_shared/states.ts";
import { committed } from "./committed.ts";
import { objectionsTo } from "./promql.ts";

const values = {
  product: "(orders|returns)",
  domain: ".*",
  owner: "checkout",
  tier: ".*",
  slo: "fresh",
  __rate_interval: "4m",
};

const queries = [...committed].flatMap(([file, dashboard]) =>
  queriesOf(dashboard).map(({ title, expr }) => ({ where: `${file}: ${title}`, expr })),
);

describe("the queries of the dashboards", () => {
  it("are found in every dashboard", () => {
    expect([...committed.values()].map((one) => queriesOf(one).length > 10)).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it.each(queries)("$where parses, and asks for what is exported only", ({ expr }) => {
    expect(objectionsTo(withVariables(expr, values))).toEqual([]);
  });

  it.each(queries)("$where makes no figure of what is absent", ({ expr }) => {
    expect(expr).not.toMatch(/\bvector\s*\(|\babsent|\bscalar\s*\(|\bor\s+on\s*\(\s*\)/);
  });

  // Prometheus scrapes others too, which export the same names.
  it.each(queries.filter(({ expr }) => /\b(?:process|scrape)_/.test(expr)))(
    "$where asks of daemons only",
    ({ expr }) => {
      expect(expr).toMatch(/ on \(job, instance\) (?:group_left \(.+\) )?tidemark_build_info/);
    },
  );

  // With nothing measured a budget is whole and the upper bound of an SLI is 1: neither is evidence.
  it.each(queries)("$where shows no whole budget of which nothing was seen", ({ expr }) => {
    expect(unguarded(expr)).toBe(false);
  });

  it.each([
    "min(tidemark_slo_error_budget_remaining_ratio)",
    'tidemark_slo_error_budget_remaining_ratio{bound="upper"}',
    "max by (slo) (tidemark_slo_sli_ratio)",
    'tidemark_slo_sli_bound_ratio{product=~"$product",bound="upper"}',
  ])("would be caught: %s", (expr) => {
    expect(unguarded(expr)).toBe(true);
  });
});

describe("the reader of queries", () => {
  it.each([
    ["sum(tidemark_check_good", "does not parse"],
    ["tidemark_no_such_metric", "asks for tidemark_no_such_metric"],
    ["up", "asks for up"],
    ['{product="orders"}', "asks for series without a name"],
    ['tidemark_check_good{owner="checkout"}', "matches owner"],
    ["sum by (owner) (tidemark_check_good)", "groups by owner"],
    ["tidemark_check_good * on (nothing) tidemark_check_info", "groups by nothing"],
    ["tidemark_probe_lag_seconds", "asks for tidemark_probe_lag_seconds"],
  ])("objects to %s", (expr, objection) => {
    expect(objectionsTo(expr).join("; ")).toContain(objection);
  });

  it("finds queries of panels, annotations and variables, and nothing else", () => {
    expect(
      queriesOf({
        panels: [{ title: "Age", description: "expr", targets: [{ expr: "a" }, { expr: "b" }] }],
        annotations: { list: [{ name: "Open", expr: "c > 0" }] },
        templating: {
          list: [
            { name: "p", query: { query: 'label_values(d{x=~"$y"}, product)' } },
            { name: "api", query: "http://127.0.0.1" },
          ],
        },
      }),
    ).toEqual([
      { title: "Age", expr: "a" },
      { title: "Age", expr: "b" },
      { title: "Open", expr: "c > 0" },
      { title: "p", expr: 'd{x=~"$y"}' },
    ]);
  });

  it("puts values in the place of variables, and leaves the groups of label_replace", () => {
    const expr = 'label_replace(a{b=~"$b"}[$__rate_interval], "c", "$1", "${d}", "(.+)")';
    expect(withVariables(expr, { b: "x|y", d: "e", __rate_interval: "4m" })).toBe(
      'label_replace(a{b=~"x|y"}[4m], "c", "$1", "e", "(.+)")',
    );
    expect(() => withVariables("$nobody", {})).toThrow("the variable nobody has no value");
  });
});

/** Whether a ratio that is 1 where nothing was seen stands outside of `seen`, and outside of the states, which ask for it. */
function unguarded(expr: string): boolean {
  const states = [null, "$product"].flatMap((of) => [
    productState(of),
    sloState(of),
    leastBudget(of),
  ]);
  const rest = states.reduce((text, state) => text.replaceAll(state, ""), expr);
  const ratio =
    /tidemark_slo_(?:sli_ratio|error_budget_remaining_ratio|sli_bound_ratio)(?:\{[^}]*\})?/g;
  return [...rest.matchAll(ratio)].some(
    ([selector]) =>
      !selector.includes('bound="lower"') && rest.replaceAll(seen(selector), "").includes(selector),
  );
}
