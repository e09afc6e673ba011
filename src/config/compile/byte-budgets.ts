import { listed, type Path, type Report } from "../problems.ts";

/** Refuses `max_bytes_per_day` of a connection or product, because kinds of connection do not tell what they scan. */
export function refuseByteBudget(types: readonly string[], at: Path, report: Report): void {
  const message = `\`max_bytes_per_day\` cannot be kept: connections of type ${listed(types, "and")} do not tell what a statement scanned`;
  const hint = "leave it out; `schedule` and `filter` bound what is read";
  report.error("TM_CONFIG_INVALID", [...at, "max_bytes_per_day"], message, { spot: "key", hint });
}
