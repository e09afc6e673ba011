import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { withVariables } from "../../dashboards/_shared/queries.ts";
import { metrics } from "../../src/metrics/names.ts";
import {
  type Answer,
  type Answers,
  type Shown,
  shownSeries,
  shownStat,
  shownTable,
} from "../../test/helpers/grafana.ts";
import { dishonestyOf } from "../../test/helpers/honest.ts";
import type { Verdicts } from "../_shared/verdicts.ts";

const folder = new URL("../../dashboards/grafana/", import.meta.url);

const panelShape = z.looseObject({
  type: z.enum(["stat", "table", "timeseries", "state-timeline", "row"]),
  title: z.string(),
  targets: z
    .array(z.looseObject({ refId: z.string(), expr: z.string(), instant: z.boolean().optional() }))
    .default([]),
  transformations: z.array(z.looseObject({ options: z.unknown() })).default([]),
});

const organizing = z.object({
  excludeByName: z.record(z.string(), z.boolean()),
  indexByName: z.record(z.string(), z.number()),
  renameByName: z.record(z.string(), z.string()),
});

type Panel = z.output<typeof panelShape>;

const dashboardShape = z.object({
  panels: z.array(panelShape.extend({ panels: z.array(panelShape).default([]) })),
});

const point = z.tuple([z.number(), z.string()]);

const answerShape = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: point.optional(),
        values: z.array(point).optional(),
      }),
    ),
  }),
});

/** What the dashboards' variables choose at first; a product of its own takes the place of all. */
const everything = { product: ".*", slo: ".*", domain: ".*", owner: ".*", tier: ".*" };

/** Every panel over the last minutes, drawn by Grafana's own code from what Prometheus answers at `origin`. */
export async function judgeDrawn(verdicts: Verdicts, origin: string): Promise<void> {
  const known = await ask(origin, metrics.productInfo.name, { time: String(Date.now() / 1000) });
  const products = known.flatMap(({ labels }) => labels["product"] ?? []);
  for (const file of readdirSync(folder)) {
    const dashboard: unknown = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    const panels = dashboardShape
      .parse(dashboard)
      .panels.flatMap((panel) => [panel, ...panel.panels])
      .filter(({ type }) => type !== "row");
    const objections: string[] = [];
    let figures = 0;
    for (const panel of panels) {
      for (const product of [everything.product, ...products]) {
        const variables = { ...everything, product, __rate_interval: "30s" };
        const drawn = await draw[panel.type](panel, await answersTo(panel, origin, variables));
        figures += drawn.shown.length;
        const found = [...drawn.objections, ...drawn.shown.map(dishonestyOf)];
        objections.push(
          ...found.flatMap((one) => (one === null ? [] : [`${panel.title}, ${product}: ${one}`])),
        );
      }
    }
    verdicts.claim(
      `${file}: ${figures} figures of ${panels.length} panels are drawn for what they are`,
      figures > panels.length && objections.length === 0,
      objections,
    );
  }
}

interface Drawn {
  readonly shown: readonly Shown[];
  /** To the panel as a whole. */
  readonly objections: readonly string[];
}

/** What there is to see of a panel, by its type. */
const draw: Readonly<Record<Panel["type"], (panel: Panel, answers: Answers) => Promise<Drawn>>> = {
  stat: async (panel, answers) => ({
    shown: [await shownStat(panel, answers)],
    objections: [],
  }),
  table: drawTable,
  timeseries: drawSeries,
  "state-timeline": drawSeries,
  row: async () => ({ shown: [], objections: [] }),
};

/** A row for each thing once, and all the columns that the panel names, in their order. */
async function drawTable(panel: Panel, answers: Answers): Promise<Drawn> {
  const { columns, rows } = await shownTable(panel, answers);
  const isName = rows[0]?.map(({ value }) => typeof value === "string") ?? [];
  const names = rows.map((row) =>
    row
      .filter((_, column) => isName[column] === true)
      .map(({ text }) => text)
      .join(" "),
  );
  const twice = names.filter((one, index) => names.indexOf(one) !== index);
  const isWhole = rows.length === 0 || isDeepStrictEqual(columns, columnsOf(panel));
  return {
    shown: rows.flat(),
    objections: [
      ...(isWhole ? [] : [`the columns are ${columns.join(", ")}`]),
      ...twice.map((one) => `${one} is there twice`),
    ],
  };
}

/** What the last transformation calls the columns that it leaves. */
function columnsOf({ transformations }: Panel): readonly string[] {
  const { excludeByName, indexByName, renameByName } = organizing.parse(
    transformations.at(-1)?.options,
  );
  return Object.entries(indexByName)
    .filter(([name]) => excludeByName[name] !== true)
    .sort(([, a], [, b]) => a - b)
    .map(([name]) => renameByName[name] ?? name);
}

async function drawSeries(panel: Panel, answers: Answers): Promise<Drawn> {
  const series = await shownSeries(panel, answers);
  return {
    shown: series.flatMap(({ values }) => values),
    objections: series
      .filter(({ name }) => name === "" || /[{}]/.test(name))
      .map(({ name }) => `a line has the name "${name}"`),
  };
}

/** At one time, as Grafana asks for a panel; rows of tables are of that time. */
async function answersTo(
  { targets }: Panel,
  origin: string,
  variables: Readonly<Record<string, string>>,
): Promise<Answers> {
  const seconds = Date.now() / 1000;
  const instant = { time: String(seconds) };
  const range = { start: String(seconds - 300), end: String(seconds), step: "5" };
  const answers = targets.map(async (target) => {
    const times = target.instant === true ? instant : range;
    return [target.refId, await ask(origin, withVariables(target.expr, variables), times)] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

/** For a range where its end is given, for an instant where the time is. */
async function ask(
  origin: string,
  query: string,
  times: Readonly<Record<string, string>>,
): Promise<readonly Answer[]> {
  const path = "end" in times ? "query_range" : "query";
  const body = new URLSearchParams({ query, ...times });
  const response = await fetch(`${origin}/api/v1/${path}`, { method: "POST", body });
  return answerShape.parse(await response.json()).data.result.map(({ metric, value, values }) => ({
    labels: metric,
    points: (values ?? (value === undefined ? [] : [value])).map(
      ([seconds, text]) => [seconds * 1000, numberIn(text)] as const,
    ),
  }));
}

/** Prometheus writes infinity its own way. */
function numberIn(text: string): number {
  return Number(text.replace("Inf", "Infinity"));
}
