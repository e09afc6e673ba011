import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";

const folder = new URL("../../../dashboards/grafana/", import.meta.url);

const panel = z.looseObject({
  type: z.string(),
  id: z.number(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  title: z.string().default(""),
  description: z.string().default(""),
  datasource: z.looseObject({ type: z.string(), uid: z.string() }).optional(),
  targets: z
    .array(
      z.looseObject({
        expr: z.string(),
        refId: z.string(),
        datasource: z.looseObject({ uid: z.string() }),
      }),
    )
    .default([]),
  fieldConfig: z
    .looseObject({
      defaults: z.looseObject({
        unit: z.string().optional(),
        noValue: z.string().optional(),
        mappings: z.array(z.unknown()).default([]),
      }),
      overrides: z.array(z.unknown()).optional(),
    })
    .optional(),
});

const dashboard = z.looseObject({
  uid: z.string(),
  title: z.string(),
  description: z.string(),
  schemaVersion: z.number(),
  // The panels of a closed row are its own.
  panels: z.array(panel.extend({ panels: z.array(panel).default([]) })),
  links: z.array(
    z.looseObject({ title: z.string(), type: z.string(), url: z.string().optional() }),
  ),
  templating: z.object({
    list: z.array(z.looseObject({ name: z.string(), type: z.string(), query: z.unknown() })),
  }),
});

/** The dashboards as Grafana is given them, by file. */
export const dashboards: ReadonlyMap<string, unknown> = new Map(
  readdirSync(folder).map((file) => {
    const parsed: unknown = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    return [file, parsed];
  }),
);

/** The same, with what most tests look at. */
export const committed: ReadonlyMap<string, z.output<typeof dashboard>> = new Map(
  [...dashboards].map(([file, parsed]) => [file, dashboard.parse(parsed)]),
);

export const panels = [...committed].flatMap(([file, { panels: all }]) =>
  withThoseInRows(all)
    .filter(({ type }) => type !== "row")
    .map((one) => ({ ...one, where: `${file}: ${one.title}` })),
);

type Panel = z.output<typeof panel>;

export function withThoseInRows(
  all: readonly (Panel & { readonly panels: readonly Panel[] })[],
): readonly Panel[] {
  return all.flatMap((one) => [one, ...one.panels]);
}
