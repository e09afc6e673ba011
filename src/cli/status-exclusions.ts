import { exclusionDocument } from "../app/slo-document.ts";
import type { SloReport } from "../app/status.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { formatDuration } from "../time/duration.ts";
import { instantText } from "./instant-text.ts";
import { counted, type Terminal, table } from "./terminal.ts";

type Applied = SloReport["exclusions"][number];

/** What is excused in the windows of the SLOs: mode, from when to when, by whom and why. */
export function printExclusions(slos: readonly SloReport[], terminal: Terminal): void {
  const rows = slos.flatMap(({ slo, exclusions }) =>
    exclusions.map((one) => [
      `  ${slo.id}`,
      one.mode,
      timesText(one),
      one.record?.author ?? "product file",
      one.reason.replaceAll(/\s+/g, " ").trim(),
    ]),
  );
  if (rows.length > 0) {
    terminal.out("\nexcluded in the window");
    terminal.out(table(rows));
  }
}

/** `times` are those within the window. */
export function exclusionJson(applied: Applied) {
  return {
    ...exclusionDocument(applied),
    times: applied.times.map(({ fromMs, toMs }) => ({ from: iso(fromMs), to: iso(toMs) })),
  };
}

function timesText({ record, times }: Applied): string {
  const { fromMs, toMs } = spanOf({ record, times });
  const span = `${instantText(fromMs)} to ${toMs === null ? "until it is ended" : instantText(toMs)}`;
  if (times.length === 1) {
    return span;
  }
  const lengthMs = times.reduce((sum, one) => sum + one.toMs - one.fromMs, 0);
  return `${span}, ${counted(times.length, "time")}, ${formatDuration(lengthMs)} in all`;
}

/** From the first time to the last; `toMs` is null for one that lasts until it is ended. */
function spanOf({ record, times }: Pick<Applied, "record" | "times">): {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs | null;
} {
  return record === null
    ? { fromMs: times[0]?.fromMs ?? 0, toMs: times.at(-1)?.toMs ?? 0 }
    : { fromMs: record.fromMs, toMs: record.endedMs ?? record.toMs };
}

function iso(ms: EpochMs): string {
  return new Date(ms).toISOString();
}
