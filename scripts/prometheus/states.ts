import { writeFileSync } from "node:fs";
import { stringify } from "yaml";
import { brokenChecks, openIncidents, silentChecks } from "../../dashboards/_shared/counts.ts";
import { leastBudget, productState } from "../../dashboards/_shared/states.ts";
import { TemporaryFolder } from "../../test/helpers/folder.ts";
import type { Verdicts } from "../_shared/verdicts.ts";
import { run } from "./programs.ts";

interface Told {
  readonly sli?: number;
  readonly coverage?: number;
  readonly upper?: number;
  readonly lower?: number;
}

const [broken, atRisk, unseen, kept, unpromised] = [0, 1, 2, 3, 4];
const good: Told = { sli: 1, coverage: 1, upper: 1, lower: 1 };
/** A budget of which nobody has seen anything is whole. */
const nothing: Told = { coverage: 0, upper: 1, lower: -3 };

/** What the gauges tell of a product's SLOs, its state by the dashboards, and its budget; null where none is shown. */
const products: readonly (readonly [
  product: string,
  slos: readonly Told[],
  state: number,
  left: number | null,
])[] = [
  ["kept", [good], kept, 1],
  ["overspent", [{ sli: 0.9, coverage: 0.8, upper: -0.25, lower: -0.5 }], broken, -0.25],
  ["nearly-spent", [{ sli: 0.999, coverage: 1, upper: 0.125, lower: 0.125 }], atRisk, 0.125],
  ["below", [{ sli: 0.5, coverage: 0.9, upper: 0.75, lower: 0.5 }], atRisk, 0.75],
  ["uncertain", [{ sli: 1, coverage: 0.9, upper: 1, lower: -1 }], atRisk, 1],
  ["never-seen", [nothing], unseen, null],
  ["not-judged-yet", [{}], unseen, null],
  ["unknown-is-good", [{ ...nothing, sli: 1 }], unseen, null],
  ["unknown-is-bad", [{ sli: 0, coverage: 0, upper: -5, lower: -5 }], broken, -5],
  ["half-seen", [good, nothing], unseen, null],
  ["half-broken", [{ ...good, sli: 0.9, upper: -0.25 }, nothing], broken, -0.25],
  ["promises-nothing", [], unpromised, null],
];

/** Whether the dashboards' states are what docs/dashboards.md says, also while two daemons are scraped. */
export async function judgeStates(verdicts: Verdicts, promtool: string): Promise<void> {
  verdicts.section("States on the dashboards");
  await using folder = await TemporaryFolder.make();
  const path = folder.at("states.yaml");
  const expected = (expr: string, value: (one: (typeof products)[number]) => number | null) => ({
    expr,
    eval_time: "1m",
    exp_samples: products.flatMap((one) => {
      const figure = value(one);
      return figure === null ? [] : [{ labels: `{product="${one[0]}"}`, value: figure }];
    }),
  });
  const tests = [["one"], ["one", "two"]].map((daemons) => ({
    interval: "1m",
    input_series: daemons.flatMap((daemon) => products.flatMap((one) => seriesOf(one, daemon))),
    promql_expr_test: [
      expected(productState(null), ([, , state]) => state),
      expected(leastBudget(null), ([, , , left]) => left),
      expected(brokenChecks(), () => 2),
      expected(silentChecks(), () => 1),
      expected(`sum by (product) (${openIncidents()})`, () => 3),
    ],
  }));
  writeFileSync(path, stringify({ evaluation_interval: "1m", tests }));
  const { exitCode, output } = run(promtool, ["test", "rules", path]);
  const what = `${products.length} products are in their states, show only the budgets that are known, and count once`;
  verdicts.claim(what, exitCode === 0, output);
}

function seriesOf([product, slos]: (typeof products)[number], instance: string) {
  const one = (name: string, labels: string, value: number | undefined) =>
    value === undefined
      ? []
      : [
          {
            series: `${name}{instance="${instance}",product="${product}"${labels}}`,
            values: `${value}x2`,
          },
        ];
  return [
    ...one("tidemark_product_info", ',owner="shop",tier="gold"', 1),
    ...["a", "b", "c", "d"].flatMap((check) =>
      one("tidemark_check_info", `,dataset="rows",check="${check}"`, 1),
    ),
    // Two are broken, one holds, and of one nothing is known.
    ...one("tidemark_check_good", ',dataset="rows",check="a"', 0),
    ...one("tidemark_check_good", ',dataset="rows",check="b"', 1),
    ...one("tidemark_check_good", ',dataset="rows",check="c"', 0),
    ...one("tidemark_incidents_open", ',alert="page"', 1),
    ...one("tidemark_incidents_open", ',alert="ticket"', 2),
    ...one("tidemark_incidents_open", ',alert="none"', 5),
    ...slos.flatMap(({ sli, coverage, upper, lower }, index) => {
      const slo = `,slo="slo-${index}"`;
      const remaining = "tidemark_slo_error_budget_remaining_ratio";
      return [
        ...one("tidemark_slo_info", `${slo},period="30d",budgeting="time"`, 1),
        ...one("tidemark_slo_objective_ratio", slo, 0.99),
        ...one("tidemark_slo_sli_ratio", slo, sli),
        ...one("tidemark_slo_coverage_ratio", slo, coverage),
        ...one(remaining, `${slo},bound="upper"`, upper),
        ...one(remaining, `${slo},bound="lower"`, lower),
      ];
    }),
  ];
}
