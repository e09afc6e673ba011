import type { ExclusionMode, ExclusionSpan } from "../../core/exclusion.ts";
import { ruleProblem } from "../../time/recurrence.ts";
import { type Fields, isFields, type PieceOptions, readPiece } from "../piece.ts";
import { type Path, type Report, subject } from "../problems.ts";
import { idleDaysFields, rangeFields, recurringFields } from "../slo-file.ts";
import { kindOf } from "../zod-words.ts";
import { momentOf, wholeLocalTime } from "./moments.ts";
import { zoneNames } from "./schedule.ts";

const exclusionOptions: PieceOptions = { near: { timezone: zoneNames } };

/** When an exclusion applies, as far as the product file alone can say. */
type SpanPiece =
  | Exclude<ExclusionSpan, { readonly kind: "calendar" }>
  /** `timezone` null: the calendar's own. */
  | { readonly kind: "calendar"; readonly name: string; readonly timezone: string | null };

export interface ExclusionPiece {
  readonly at: Path;
  readonly span: SpanPiece;
  readonly mode: ExclusionMode;
  readonly reason: string;
}

/**
 * One planned exclusion, or null after a problem was reported. Its form is told by its keys. `zone` is the one
 * that local times are read in where it names none.
 */
export function exclusionOf(
  value: unknown,
  zone: string,
  at: Path,
  report: Report,
): ExclusionPiece | null {
  if (!isFields(value)) {
    const message = `${subject(at)} must be a map of keys, not ${kindOf(value)}`;
    report.error("TM_CONFIG_INVALID", at, message);
    return null;
  }
  const has = (key: string): boolean => value[key] !== undefined;
  if (has("calendar")) {
    return idleDays(value, at, report);
  }
  if (has("start") || has("rrule") || has("duration")) {
    return recurring(value, zone, at, report);
  }
  if (has("from") || has("to")) {
    return range(value, zone, at, report);
  }
  report.error("TM_CONFIG_INVALID", at, `${subject(at)} says nowhere when it applies`, {
    hint: "give `from` and `to`, or `start`, `rrule` and `duration`, or a `calendar`",
  });
  return null;
}

function range(value: Fields, zone: string, at: Path, report: Report): ExclusionPiece | null {
  const { whole } = readPiece(rangeFields, value, at, report, exclusionOptions);
  if (whole === null) {
    return null;
  }
  const momentAt = (key: "from" | "to"): number | null => {
    const ms = momentOf(whole[key], whole.timezone ?? zone);
    if (ms === null) {
      report.error("TM_CONFIG_INVALID", [...at, key], `\`${key}\` has no such time of day`);
    }
    return ms;
  };
  const [fromMs, toMs] = [momentAt("from"), momentAt("to")];
  if (fromMs === null || toMs === null) {
    return null;
  }
  if (fromMs >= toMs) {
    const message = "`to` must be later than `from`";
    const isDay = whole.to.length === 10;
    const hint = isDay ? "a day stands for its start: write the day after the last one" : undefined;
    report.error("TM_CONFIG_INVALID", [...at, "to"], message, { hint });
    return null;
  }
  return { at, span: { kind: "range", fromMs, toMs }, mode: whole.mode, reason: whole.reason };
}

function recurring(value: Fields, zone: string, at: Path, report: Report): ExclusionPiece | null {
  const { whole } = readPiece(recurringFields, value, at, report, exclusionOptions);
  if (whole === null) {
    return null;
  }
  const span = {
    kind: "recurring",
    start: wholeLocalTime(whole.start),
    timezone: whole.timezone ?? zone,
    rule: whole.rrule,
    durationMs: whole.duration,
  } as const;
  const problem = ruleProblem(span);
  if (problem !== null) {
    report.error("TM_CONFIG_INVALID", [...at, "rrule"], problem);
    return null;
  }
  return { at, span, mode: whole.mode, reason: whole.reason };
}

function idleDays(value: Fields, at: Path, report: Report): ExclusionPiece | null {
  const { whole } = readPiece(idleDaysFields, value, at, report, exclusionOptions);
  if (whole === null) {
    return null;
  }
  const { calendar: name, timezone = null, mode, reason } = whole;
  return { at, span: { kind: "calendar", name, timezone }, mode, reason };
}
