import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { metrics } from "../../src/metrics/names.ts";
import { colours } from "../_shared/colours.ts";
import { silentChecks } from "../_shared/counts.ts";
import {
  absentIsUnknown,
  fixed,
  noneIsWell,
  someAreUnknown,
  steps,
  valueMapping,
} from "../_shared/fields.ts";
import { lines, stat } from "../_shared/panels.ts";
import { is, series } from "../_shared/promql.ts";
import { table } from "../_shared/table.ts";

const hourSeconds = 3600;

/** Which daemon runs, by which files, and what became of what was due. */
export function running(): readonly Builder<Panel>[] {
  return [build(), ...configuration(), silent(), missed(), slots(), dropped()];
}

function build(): Builder<Panel> {
  return table({
    title: "Running",
    description:
      "The daemons that are scraped, by version, and how long ago the first of each was started. None is listed while none is.",
    names: [
      { label: "version", title: "Version" },
      { label: "node", title: "Node.js" },
    ],
    figures: [
      {
        title: "Daemons",
        expr: `count by (version, node) (${series(metrics.buildInfo)})`,
        unit: "none",
        properties: [fixed(colours.figure)],
      },
      {
        title: "Started, ago",
        expr: `max by (version, node) ((time() - ${series(metrics.processStart)}) * on (job, instance) group_left (version, node) ${series(metrics.buildInfo)})`,
        unit: "s",
        properties: [fixed(colours.figure)],
      },
    ],
    sortBy: [["Version", "least"]],
    width: 8,
    height: 4,
  });
}

function configuration(): readonly Builder<Panel>[] {
  return [
    stat({
      title: "Configuration",
      description:
        "Whether the files on disk are those in use. Refused ones are in the log, with line and column.",
      unit: "none",
      width: 4,
      height: 4,
      expr: `min(${series(metrics.configReloadSuccessful)})`,
      steps: steps(colours.unknown),
      mappings: [
        absentIsUnknown,
        valueMapping([
          [0, { text: "refused", color: colours.broken }],
          [1, { text: "in use", color: colours.kept }],
        ]),
      ],
    }),
    stat({
      title: "Configuration since",
      description: "How long ago a configuration was last taken into use.",
      unit: "s",
      width: 4,
      height: 4,
      expr: `time() - max(${series(metrics.configReloadSuccess)})`,
      steps: steps(colours.figure),
    }),
  ];
}

function silent(): Builder<Panel> {
  return stat({
    title: "Silent checks",
    description:
      "Checks that are watched and of which nothing is known now: they have never answered, or not for long.",
    unit: "none",
    width: 4,
    height: 4,
    expr: `sum(${silentChecks()})`,
    steps: someAreUnknown,
  });
}

function missed(): Builder<Panel> {
  return stat({
    title: "Missed in a day",
    // An increase is extrapolated to the whole day.
    decimals: 0,
    description:
      "Due times of the last 24 hours at which no daemon was watching. The time is unknown until data tell otherwise.",
    unit: "none",
    width: 4,
    height: 4,
    expr: `sum(increase(${series(metrics.slots, { ending: is("missed") })}[1d]))`,
    steps: noneIsWell,
  });
}

function slots(): Builder<Panel> {
  return lines({
    title: "Due times, by how they ended",
    description:
      "Probes that fell due, in an hour: done, ended in an error, abandoned, missed while no daemon was watching, or overlapped by the one before.",
    unit: "short",
    width: 16,
    height: 8,
    queries: [
      {
        expr: `sum by (ending) (rate(${series(metrics.slots)}[$__rate_interval])) * ${hourSeconds}`,
        legend: "{{ending}}",
      },
    ],
  })
    .overrideByName("done", [fixed(colours.figure)])
    .overrideByName("error", [fixed(colours.broken)])
    .overrideByName("abandoned", [fixed(colours.thirdFigure)])
    .overrideByName("missed", [fixed(colours.atRisk)])
    .overrideByName("overlapped", [fixed(colours.fourthFigure)]);
}

function dropped(): Builder<Panel> {
  return lines({
    title: "Series left out of scrapes",
    description:
      "Series of products that were left out of scrapes in an hour, because there were more than the daemon exports. What is left out looks as if it were unknown.",
    unit: "short",
    width: 8,
    height: 8,
    colour: colours.broken,
    queries: [{ expr: `sum(increase(${series(metrics.seriesDropped)}[1h]))`, legend: "left out" }],
  });
}
