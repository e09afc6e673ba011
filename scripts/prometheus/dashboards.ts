import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import { queriesOf } from "../../dashboards/_shared/queries.ts";
import { schemaOfDashboards } from "../../test/helpers/grafana-schema.ts";
import type { Verdicts } from "../_shared/verdicts.ts";

const folder = new URL("../../dashboards/grafana/", import.meta.url);

const panelShape = z.looseObject({
  type: z.string(),
  title: z.string().default(""),
  description: z.string().default(""),
  fieldConfig: z
    .looseObject({
      defaults: z.looseObject({ unit: z.string().default(""), noValue: z.string().default("") }),
    })
    .optional(),
});

const dashboardShape = z.looseObject({
  panels: z.array(panelShape.extend({ panels: z.array(panelShape).default([]) })),
});

/** Whether the dashboards are what Grafana's SDK allows, and no panel goes without what people read it by. */
export function judgeDashboardFiles(verdicts: Verdicts): void {
  verdicts.section("Dashboards as files");
  const objectionsTo = schemaOfDashboards();
  const files = readdirSync(folder);
  let panelCount = 0;
  let queryCount = 0;
  for (const file of files) {
    const read: unknown = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    const objections = objectionsTo(read);
    verdicts.claim(
      `${file} follows the types of Grafana's SDK`,
      objections.length === 0,
      objections,
    );
    const panels = dashboardShape
      .parse(read)
      .panels.flatMap((panel) => [panel, ...panel.panels])
      .filter(({ type }) => type !== "row");
    const lacking = panels.flatMap(lacks);
    verdicts.claim(
      `${file}: ${panels.length} panels have a title, a description, a unit and a word for absence`,
      lacking.length === 0,
      lacking,
    );
    panelCount += panels.length;
    queryCount += queriesOf(read).length;
  }
  const what = `${files.length} dashboards, ${panelCount} panels and ${queryCount} queries were read`;
  verdicts.claim(what, files.length > 0 && panelCount > 0 && queryCount > 0);
}

function lacks({
  title,
  description,
  fieldConfig,
}: z.output<typeof panelShape>): readonly string[] {
  const has = { title, description, ...fieldConfig?.defaults };
  return (["title", "description", "unit", "noValue"] as const)
    .filter((key) => (has[key] ?? "") === "")
    .map((key) => `${title} has no ${key}`);
}
