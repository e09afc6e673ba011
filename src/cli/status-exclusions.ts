import { exclusionDocument } from "../app/slo-document.ts";
import type { SloReport } from "../app/status.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { formatDuration } from "../time/duration.ts";
import { instantText } from "./instant-text.ts";
import { counted, type Terminal, table } from "./terminal.ts";

type Applied = SloReport["exclusions"][number];

/** As much of an SLO's report as is printed here. */
type Excused = Pick<SloReport, "exclusions"> & { readonly slo: Pick<SloReport["slo"], "id"> };

/** What is excused in the windows of the SLOs, or was before it was withdrawn: from when to when, by whom and why. */
export function printExclusions(slos: readonly Excused[], terminal: Terminal): void {
  const rows = slos.flatMap(({ slo, exclusions }) =>
    exclusions.map((one) => [
      `  ${slo.id}`,
      isWithdrawn(one) ? "withdrawn" : one.mode,
      timesText(one),
      one.record?.author ?? "product file",
      whyText(one),
    ]),
  );
  if (rows.length > 0) {
    terminal.out("\nexcluded in the window");
    terminal.out(table(rows));
  }
}

function isWithdrawn({ record }: Applied): boolean {
  return record !== null && record.withdrawal !== null;
}

function whyText({ record, reason }: Applied): string {
  const words = reason.replaceAll(/\s+/g, " ").trim();
  const withdrawal = record?.withdrawal ?? null;
  return withdrawal === null
    ? words
    : `${words} (withdrawn by ${withdrawal.by}: ${withdrawal.reason})`;
}

/** `times` are those within the window that it excuses: none when it was withdrawn. */
export function exclusionJson(applied: Applied) {
  return {
    ...exclusionDocument(applied),
    times: applied.times.map(({ fromMs, toMs }) => ({ from: iso(fromMs), to: iso(toMs) })),
  };
}

function timesText({ record, times }: Applied): string {
  const { fromMs, toMs } = spanOf({ record, times });
  const span = `${instantText(fromMs)} ${toMs === null ? "until it is ended" : `to ${instantText(toMs)}`}`;
  if (times.length <= 1) {
    return span;
  }
  const lengthMs = times.reduce((sum, one) => sum + one.toMs - one.fromMs, 0);
  const length = formatDuration(Math.round(lengthMs / 1000) * 1000);
  return `${span}, ${counted(times.length, "time")}, ${length} in all`;
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
