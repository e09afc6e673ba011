import type { z } from "zod";
import type { Schedule } from "../../core/mesh.ts";
import { scheduleProblem } from "../../time/schedule.ts";
import { isZone } from "../../time/zone.ts";
import type { Path, Report } from "../problems.ts";
import type { scheduleFields } from "../product-file.ts";
import { didYouMean } from "../suggest.ts";

type ScheduleFields = z.output<typeof scheduleFields>;

/** Of a dataset that says nothing. */
export const defaultSchedule: Schedule = { kind: "every", everyMs: 3_600_000 };

/** To suggest from. Aliases such as `US/Eastern` are zones too and are not listed. */
export function zoneNames(): readonly string[] {
  return Intl.supportedValuesOf("timeZone");
}

/** A schedule that falls due, or null after a problem was reported. */
export function scheduleOf(fields: ScheduleFields, at: Path, report: Report): Schedule | null {
  const { every, cron, timezone } = fields;
  if ((every === undefined) === (cron === undefined)) {
    const message =
      every === undefined
        ? "`schedule` needs `every` or `cron`"
        : "`schedule` has both `every` and `cron`";
    report.error("TM_CONFIG_SCHEDULE", at, message, { spot: "key" });
    return null;
  }
  if (cron === undefined) {
    return everyOf(every ?? 0, timezone, at, report);
  }
  if (timezone !== undefined && !isZone(timezone)) {
    const message = "`timezone`: there is no such IANA time zone";
    report.error("TM_CONFIG_SCHEDULE", [...at, "timezone"], message, {
      hint: didYouMean(timezone, zoneNames()) ?? "use one such as `Europe/Berlin`",
    });
    return null;
  }
  const schedule: Schedule = { kind: "cron", expression: cron, timezone: timezone ?? "UTC" };
  return withoutProblem(schedule, [...at, "cron"], report);
}

function everyOf(
  everyMs: number,
  timezone: string | undefined,
  at: Path,
  report: Report,
): Schedule | null {
  if (timezone !== undefined) {
    const message = "`timezone` belongs to `cron`: `every` is the same in all zones";
    report.error("TM_CONFIG_SCHEDULE", [...at, "timezone"], message, { spot: "key" });
    return null;
  }
  return withoutProblem({ kind: "every", everyMs }, [...at, "every"], report);
}

function withoutProblem(schedule: Schedule, at: Path, report: Report): Schedule | null {
  const problem = scheduleProblem(schedule);
  if (problem !== null) {
    report.error("TM_CONFIG_SCHEDULE", at, problem);
    return null;
  }
  return schedule;
}
