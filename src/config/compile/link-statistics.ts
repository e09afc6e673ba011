import { statisticsFieldsOf } from "../../core/connector.ts";
import { clip, type Report } from "../problems.ts";
import type { ConnectionPiece, DatasetPiece } from "./pieces.ts";

/** Refuses checks that need of the metadata what the dataset's source has not. */
export function checkStatistics(
  { name, source, checks }: DatasetPiece,
  connection: ConnectionPiece | null,
  report: Report,
): void {
  if (source === null || connection === null) {
    return;
  }
  const known = statisticsFieldsOf(connection.spec, source.source);
  for (const { spec, params, at } of checks) {
    const need = params === null ? null : (spec?.needs?.(params) ?? null);
    if (need !== null && !known.includes(need.field)) {
      const { kind } = source.source;
      const what = { rows: "number of rows", bytes: "size", lastChange: "time of change" };
      const message = `the metadata have no ${what[need.field]} for \`${clip(name)}\`: ${kindsOf[kind]} through a connection of type ${connection.type}`;
      report.error("TM_CONFIG_INVALID", [...at, need.key], message, {
        hint: `leave \`${need.key}\` out`,
      });
    }
  }
}

const kindsOf = { table: "a table", files: "these files", query: "a query" } as const;
