import type { PanelBuilder as StateTimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import type { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import type { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { metrics } from "../../src/metrics/names.ts";
import { colours } from "../_shared/colours.ts";
import { colouredCell, colouredText, dashed, fixed, verdictMappings } from "../_shared/fields.ts";
import { lines, strips } from "../_shared/panels.ts";
import { is, like, series } from "../_shared/promql.ts";
import { states } from "../_shared/states.ts";
import { table } from "../_shared/table.ts";

const product = { product: like("$product") };
const by = "max by (dataset, check)";

const verdict = [
  `${by} (${series(metrics.checkGood, product)})`,
  `${states.unseen} + 0 * ${by} (${series(metrics.checkInfo, product)})`,
].join(" or ");

/** Each check over time. Grey is a check that is watched and gives no answer. */
export function verdicts(): StateTimelineBuilder {
  return strips({
    title: "Checks",
    description:
      "Whether each check's promise held. Grey is what is not known, a gap that the daemon was not scraped.",
    unit: "none",
    width: 24,
    height: 8,
    query: {
      expr: verdict,
      legend: "{{dataset}}.{{check}}",
    },
    mappings: verdictMappings,
  });
}

/** Each check now, and since when nothing newer is known of it. */
export function lastAnswers(): TableBuilder {
  return table({
    title: "Checks now",
    description:
      "Whether each check's promise holds now, and how long ago it last gave an answer. It is unknown where it is watched and gives none, and where it has never given one.",
    names: [
      { label: "dataset", title: "Dataset" },
      { label: "check", title: "Check" },
      { label: "type", title: "Type" },
      { label: "severity", title: "Severity" },
    ],
    figures: [
      {
        title: "Listed",
        expr: `max by (dataset, check, type, severity) (${series(metrics.checkInfo, product)})`,
        unit: "none",
      },
      {
        title: "Promise",
        expr: verdict,
        unit: "none",
        properties: [colouredCell, { id: "mappings", value: verdictMappings }],
      },
      {
        title: "Last answer, ago",
        expr: `time() - ${by} (${series(metrics.checkLastConclusive, product)})`,
        unit: "s",
        properties: [colouredText, fixed(colours.figure)],
      },
    ],
    hidden: ["Listed"],
    sortBy: [
      ["Promise", "least"],
      ["Last answer, ago", "most"],
    ],
    width: 24,
    height: 8,
  });
}

/** What checks measured, and what they allow. */
export function measured(): readonly TimeSeriesBuilder[] {
  return [
    against({
      title: "Age against what is allowed",
      description:
        "How old the newest row was when it was looked at, and what each check allows: beyond the vermilion line it is broken, beyond the yellow one it warns. A gap is an age that is not known.",
      unit: "s",
      measure: "age_seconds",
      limits: "max_age_seconds",
    }),
    against({
      title: "Rows against what is allowed",
      description:
        "How many rows were counted, and the least and most that each check allows: beyond the vermilion lines it is broken, beyond the yellow ones it warns. A gap is a number that is not known.",
      // Written out: a limit and what is just beyond it are not the same.
      unit: "locale",
      measure: "rows",
      limits: "(min|max)_rows",
    }),
  ];
}

function against(o: {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly measure: string;
  readonly limits: string;
}): TimeSeriesBuilder {
  const threshold = (pattern: string) =>
    `max by (dataset, check, threshold) (${series(metrics.checkThreshold, { ...product, threshold: like(pattern) })})`;
  return lines({
    ...o,
    width: 12,
    height: 9,
    queries: [
      {
        expr: `${by} (${series(metrics.checkMeasured, { ...product, measure: is(o.measure) })})`,
        legend: "{{dataset}}.{{check}}",
      },
      { expr: threshold(o.limits), legend: "{{dataset}}.{{check}}: {{threshold}}" },
      { expr: threshold(`warn_${o.limits}`), legend: "{{dataset}}.{{check}}: {{threshold}}" },
    ],
  })
    .overrideByQuery("B", [fixed(colours.broken), dashed])
    .overrideByQuery("C", [fixed(colours.fourthFigure), dashed]);
}
