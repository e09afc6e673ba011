import { createRequire } from "node:module";
import type * as GrafanaData from "@grafana/data";
import type { DataFrame, Field, FieldConfigSource } from "@grafana/data";
import { z } from "zod";

/**
 * What Grafana makes of Prometheus' answers before it draws them, by its own code (`@grafana/data`): transformations,
 * overrides, words, units and colours. How panels, rows and legends are laid out, and how a table is sorted, is of its
 * user interface, which is not run here.
 */
const grafana = loaded();
const theme = grafana.createTheme();

/** A series that Prometheus answers with; an instant query has one point. */
export interface Answer {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [timeMs: number, value: number])[];
}

/** The answers to a panel's queries, by `refId`. */
export type Answers = Readonly<Record<string, readonly Answer[]>>;

/** A figure as it is drawn: its text with the unit, and the colour in hex. */
export interface Shown {
  /** What Prometheus said; null for nothing. */
  readonly value: string | number | null;
  readonly text: string;
  readonly colour: string;
}

export interface ShownTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Shown[])[];
}

export interface ShownSeries {
  readonly name: string;
  /** Of the line; strips have the colours of their values. */
  readonly colour: string;
  readonly values: readonly Shown[];
}

const record = z.record(z.string(), z.unknown());

const target = z.looseObject({
  refId: z.string(),
  format: z.string().default("time_series"),
  legendFormat: z.string().default(""),
});

const panelShape = z.looseObject({
  type: z.string(),
  targets: z.array(target),
  transformations: z.array(z.looseObject({ id: z.string(), options: z.unknown() })).default([]),
  fieldConfig: z.custom<FieldConfigSource>((value) => typeof value === "object"),
  options: z.looseObject({
    reduceOptions: z.looseObject({ calcs: z.array(z.string()) }).optional(),
  }),
});

type Panel = z.output<typeof panelShape>;

/** The one figure of a `stat`. */
export async function shownStat(panel: unknown, answers: Answers): Promise<Shown> {
  const parsed = panelShape.parse(panel);
  const [first] = grafana.getFieldDisplayValues({
    data: await processed(parsed, answers),
    fieldConfig: parsed.fieldConfig,
    reduceOptions: { calcs: parsed.options.reduceOptions?.calcs ?? [] },
    replaceVariables: asItIs,
    theme,
  });
  if (first === undefined) {
    throw new Error("Grafana shows nothing");
  }
  const values = Object.values(answers).flatMap((all) => all.flatMap(({ points }) => points));
  return shown(values.at(-1)?.[1] ?? null, first.display);
}

/** The columns from left to right, and the cells of each row. */
export async function shownTable(panel: unknown, answers: Answers): Promise<ShownTable> {
  const frames = await processed(panelShape.parse(panel), answers);
  const frame = frames[0] ?? { fields: [], length: 0 };
  return {
    columns: frame.fields.map((field) => grafana.getFieldDisplayName(field, frame, frames)),
    rows: Array.from({ length: frame.length }, (_, row) =>
      frame.fields.map((field) => shownValue(field, field.values[row])),
    ),
  };
}

/** The series of lines or of strips. */
export async function shownSeries(
  panel: unknown,
  answers: Answers,
): Promise<readonly ShownSeries[]> {
  const frames = await processed(panelShape.parse(panel), answers);
  return frames.flatMap((frame) =>
    frame.fields
      .filter(({ type }) => type === grafana.FieldType.number)
      .map((field) => ({
        name: grafana.getFieldDisplayName(field, frame, frames),
        colour: grafana.getFieldSeriesColor(field, theme).color.toUpperCase(),
        values: field.values.map((value: unknown) => shownValue(field, value)),
      })),
  );
}

/** Whether Grafana has a unit of this name. */
export function hasUnit(unit: string): boolean {
  return grafana
    .getValueFormats()
    .some(({ submenu }) => submenu.some(({ value }) => value === unit));
}

/** The newest version of the schema that Grafana knows. */
export function newestSchemaVersion(): number | undefined {
  const ofData = createRequire(createRequire(import.meta.url).resolve("@grafana/data"));
  const { defaultDashboard } = ofData("@grafana/schema") as {
    readonly defaultDashboard?: { readonly schemaVersion?: number };
  };
  return defaultDashboard?.schemaVersion;
}

async function processed(panel: Panel, answers: Answers): Promise<DataFrame[]> {
  const frames = framesOf(panel, answers);
  const transformed = await new Promise<DataFrame[]>((resolve, reject) => {
    grafana
      .transformDataFrame(panel.transformations, frames)
      .subscribe({ next: resolve, error: reject });
  });
  return grafana.applyFieldOverrides({
    data: transformed,
    fieldConfig: panel.fieldConfig,
    fieldConfigRegistry: registryOf(panel),
    replaceVariables: asItIs,
    theme,
  });
}

function shownValue(field: Field, value: unknown): Shown {
  const display = field.display?.(value);
  if (display === undefined) {
    throw new Error(`Grafana gives ${field.name} no display`);
  }
  return shown(typeof value === "string" || typeof value === "number" ? value : null, display);
}

function shown(value: Shown["value"], display: GrafanaData.DisplayValue): Shown {
  return {
    value,
    text: grafana.formattedValueToString(display),
    colour: (display.color ?? "").toUpperCase(),
  };
}

const asItIs = (value: string): string => value;

/**
 * As Grafana's data source makes frames of answers (packages/grafana-prometheus, `result_transformer.ts`, and
 * pkg/promlib of 12.1): a series is a frame, no series are a frame without fields; a query of the form `table` is one
 * frame with a column for each label.
 */
function framesOf({ targets }: Panel, answers: Answers): DataFrame[] {
  const isTable = targets.some(({ format }) => format === "table");
  return targets.flatMap(({ refId, legendFormat }) => {
    const series = answers[refId] ?? [];
    if (isTable) {
      return [tableOf(series, refId, targets.length > 1 ? `Value #${refId}` : "Value")];
    }
    return series.length === 0
      ? [{ refId, fields: [], length: 0 }]
      : series.map((one) => seriesOf(one, refId, legendFormat));
  });
}

function seriesOf({ labels, points }: Answer, refId: string, legend: string): DataFrame {
  const name = legend.replaceAll(/\{\{\s*(.+?)\s*\}\}/g, (_, label: string) => labels[label] ?? "");
  return {
    refId,
    length: points.length,
    fields: [
      timesOf(points.map(([timeMs]) => timeMs)),
      {
        name: "Value",
        type: grafana.FieldType.number,
        labels: { ...labels },
        config: name === "" ? {} : { displayNameFromDS: name },
        values: points.map(([, value]) => value),
      },
    ],
  };
}

function tableOf(series: readonly Answer[], refId: string, valueName: string): DataFrame {
  const points = series.flatMap((one) =>
    one.points.map((point) => ({ labels: one.labels, point })),
  );
  const names = [...new Set(series.flatMap(({ labels }) => Object.keys(labels).sort()))];
  return {
    refId,
    length: points.length,
    fields: [
      timesOf(points.map(({ point: [timeMs] }) => timeMs)),
      ...names.map((name) => ({
        name,
        type: grafana.FieldType.string,
        config: { filterable: true },
        values: points.map(({ labels }) => labels[name] ?? ""),
      })),
      {
        name: valueName,
        type: grafana.FieldType.number,
        config: {},
        values: points.map(({ point: [, value] }) => value),
      },
    ],
  };
}

function timesOf(values: number[]): Field {
  return { name: "Time", type: grafana.FieldType.time, config: {}, values };
}

/** What Grafana's interface registers when it starts: which properties fields have, and how overrides set them. */
function registryOf({ fieldConfig: { defaults, overrides } }: Panel) {
  const custom = new Set([
    ...Object.keys(record.parse(defaults.custom ?? {})).map((name) => `custom.${name}`),
    ...overrides
      .flatMap(({ properties }) => properties.map(({ id }) => id))
      .filter((id) => id.startsWith("custom.")),
  ]);
  const always = () => true;
  const ofNumbers = ({ type }: Field) => type === grafana.FieldType.number;
  const standard = [
    ["unit", always],
    ["displayName", always],
    ["noValue", always],
    ["links", always],
    ["color", always],
    ["mappings", always],
    ["decimals", ofNumbers],
    ["min", ofNumbers],
    ["max", ofNumbers],
    ["thresholds", ofNumbers],
  ] as const;
  return new grafana.FieldConfigOptionsRegistry(() => [
    ...standard.map(([id, shouldApply]) => ({ ...propertyOf(id), shouldApply })),
    ...[...custom].map((id) => ({
      ...propertyOf(id),
      path: id.slice("custom.".length),
      isCustom: true,
    })),
  ]);
}

function propertyOf(id: string): GrafanaData.FieldConfigPropertyItem {
  return {
    id,
    path: id,
    name: id,
    editor: () => null,
    override: () => null,
    process: grafana.identityOverrideProcessor,
    shouldApply: () => true,
  };
}

/**
 * Grafana's code is made for browsers and bundlers: Node imports it by `require` only, it reads its flags from
 * `window`, and what it is built on takes any `window` that is there while it loads for a browser with a document.
 */
function loaded(): typeof GrafanaData {
  const require = createRequire(import.meta.url);
  createRequire(require.resolve("@grafana/data"))("react-use");
  Reflect.set(globalThis, "window", new EventTarget());
  const data = require("@grafana/data") as typeof GrafanaData;
  // Some stand there under two names.
  const known = new Set(Object.values(data.standardTransformers));
  data.standardTransformersRegistry.setInit(() =>
    [...known].map((transformation) => ({
      id: transformation.id,
      name: transformation.name,
      editor: () => null,
      transformation,
      imageDark: "",
      imageLight: "",
    })),
  );
  return data;
}
