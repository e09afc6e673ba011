import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { queriesOf } from "../../../dashboards/_shared/queries.ts";

const folder = fileURLToPath(new URL("../../../dashboards/grafana", import.meta.url));

const target = z.object({
  refId: z.string(),
  expr: z.string(),
  instant: z.boolean().optional(),
  range: z.boolean().optional(),
});

const panelFields = {
  type: z.string(),
  title: z.string(),
  repeat: z.string().optional(),
  maxDataPoints: z.number().optional(),
  targets: z.array(target).default([]),
};
const panel = z.object({ ...panelFields, panels: z.array(z.object(panelFields)).default([]) });
type Panel = z.output<typeof panel>;

const variable = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("query"),
    name: z.string(),
    query: z.object({ query: z.string() }),
    multi: z.boolean(),
    includeAll: z.boolean(),
    allValue: z.string().optional(),
  }),
  z.object({ type: z.literal("datasource"), name: z.string() }),
  z.object({ type: z.literal("constant"), name: z.string(), query: z.string() }),
]);

const committed = z.object({
  uid: z.string(),
  time: z.object({ from: z.string(), to: z.literal("now") }),
  templating: z.object({ list: z.array(variable) }),
  annotations: z.object({
    list: z.array(z.object({ name: z.string(), expr: z.string(), step: z.string() })).default([]),
  }),
  panels: z.array(panel),
});

/** A variable whose values Prometheus is asked for: what `label` is of the series that `selector` selects. */
export interface QueryVariable {
  readonly name: string;
  readonly selector: string;
  readonly label: string;
  readonly isMulti: boolean;
  readonly hasAll: boolean;
  /** What stands for all values, as it is; null: all of them. */
  readonly allValue: string | null;
}

/** How Grafana asks: now, over the dashboard's time, or for the values of a label. */
export type Asked =
  | { readonly how: "instant" }
  | { readonly how: "range"; readonly points: number; readonly leastStepMs: number }
  | { readonly how: "values"; readonly label: string };

export interface PanelQuery {
  /** Of the dashboard. */
  readonly uid: string;
  /** Of the panel; the name of an annotation or variable. */
  readonly title: string;
  readonly refId: string;
  /** As committed, with its variables. */
  readonly expr: string;
  readonly asked: Asked;
  /** The variable for each of whose values the panel is drawn; null: it is drawn once. */
  readonly repeat: string | null;
}

export interface Dashboard {
  readonly uid: string;
  /** What it shows unless somebody asks for another time. */
  readonly lengthMs: number;
  readonly panelCount: number;
  readonly variables: readonly QueryVariable[];
  readonly queries: readonly PanelQuery[];
  /** As another reader finds them, which knows nothing of panels. */
  readonly queryCount: number;
}

/** The dashboards as they are committed. */
export function readDashboards(): readonly Dashboard[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.map((name) => dashboardOf(JSON.parse(readFileSync(`${folder}/${name}`, "utf8"))));
}

export function dashboardOf(json: unknown): Dashboard {
  const { uid, time, templating, annotations, panels } = committed.parse(json);
  const variables = templating.list.filter((one) => one.type === "query").map(queryVariable);
  return {
    uid,
    lengthMs: durationMs(time.from.replace(/^now-/, "")),
    panelCount: panels.flatMap((one) => [one, ...one.panels]).filter(({ type }) => type !== "row")
      .length,
    variables,
    queries: [
      ...variables.map(({ name, selector, label }) => ({
        uid,
        title: name,
        refId: "variable",
        expr: selector,
        asked: { how: "values", label } as const,
        repeat: null,
      })),
      ...annotations.list.map(({ name, expr, step }) => ({
        uid,
        title: name,
        refId: "annotation",
        expr,
        asked: { how: "range", points: usualPoints, leastStepMs: durationMs(step) } as const,
        repeat: null,
      })),
      ...queriesOfPanels(uid, panels),
    ],
    queryCount: queriesOf(json).length,
  };
}

/** Of a graph across a screen. */
const usualPoints = 1_000;

function queryVariable({
  name,
  query: { query },
  multi,
  includeAll,
  allValue,
}: Extract<z.output<typeof variable>, { type: "query" }>): QueryVariable {
  const [, selector, label] = /^label_values\((.*), *(\w+)\)$/s.exec(query) ?? [];
  if (selector === undefined || label === undefined) {
    throw new Error(`the variable ${name} asks in another way: ${query}`);
  }
  return { name, selector, label, isMulti: multi, hasAll: includeAll, allValue: allValue ?? null };
}

/** A row holds the panels that follow it, or has them inside while it is closed. */
function* queriesOfPanels(uid: string, panels: readonly Panel[]): Iterable<PanelQuery> {
  let repeatOfRow: string | null = null;
  for (const one of panels) {
    if (one.type === "row") {
      repeatOfRow = one.repeat ?? null;
    }
    for (const { title, repeat, maxDataPoints, targets } of [one, ...one.panels]) {
      for (const { refId, expr, instant = false, range = !instant } of targets) {
        const points = maxDataPoints ?? usualPoints;
        const asked: readonly Asked[] = [
          ...(instant ? [{ how: "instant" } as const] : []),
          ...(range ? [{ how: "range", points, leastStepMs: 0 } as const] : []),
        ];
        for (const each of asked) {
          yield { uid, title, refId, expr, asked: each, repeat: repeat ?? repeatOfRow };
        }
      }
    }
  }
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Of a duration as Grafana writes them: `7d`. */
function durationMs(text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const ms = unitMs[unit ?? ""];
  if (ms === undefined) {
    throw new RangeError(`${text} is no duration`);
  }
  return Number(count) * ms;
}
