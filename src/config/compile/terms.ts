import type { Calendar } from "../../core/calendar.ts";
import type { Schedule } from "../../core/mesh.ts";
import type { Sli } from "../../core/sli.ts";
import type { CheckPiece, DaemonPieces, DatasetPiece } from "./pieces.ts";
import { defaultSchedule } from "./schedule.ts";

/** What follows for a check from its own keys, its dataset and the calendar that it names. */
export interface CheckTerms {
  readonly calendar: Calendar | null;
  readonly sli: Sli;
  readonly schedule: Schedule;
  /** It falls due by its own parameters, whatever schedule is declared. */
  readonly isPaced: boolean;
}

/** Null when the check, its dataset's zone or its calendar is not all right, which has been reported then. */
export function termsOf(
  check: CheckPiece,
  dataset: DatasetPiece,
  daemon: DaemonPieces,
): CheckTerms | null {
  const { spec, params } = check;
  const { timezone } = dataset.fields.known;
  if (spec === null || params === null || timezone === undefined) {
    return null;
  }
  const name = spec.calendar?.(params);
  const calendar = name === undefined ? null : daemon.calendars.get(name)?.calendar;
  if (calendar === undefined) {
    return null;
  }
  const implied = spec.schedule?.(params, { timezone }) ?? null;
  // What a warning finds is shown and counts as good, so that no load time may convict it.
  const isJudged = check.fields.known.severity !== "warn";
  return {
    calendar,
    sli: (isJudged ? spec.sli?.(params, { timezone, calendar }) : null) ?? { kind: "state" },
    schedule: implied ?? check.schedule?.due ?? dataset.schedule?.due ?? defaultSchedule,
    isPaced: implied !== null,
  };
}
