import type { z } from "zod";
import type { Schedule } from "../../core/mesh.ts";
import { scheduleProblem } from "../../time/schedule.ts";
import { isZone } from "../../time/zone.ts";
import type { Path, Report } from "../problems.ts";
import type { scheduleFields } from "../product-file.ts";
import { didYouMean } from "../suggest.ts";

type ScheduleFields = z.output<typeof scheduleFields>;

export interface SchedulePiece {
  readonly due: Schedule;
  /** `just_in_time`: looked at when its answer can change, and `due` only says how often at least. */
  readonly isJustInTime: boolean;
}

/** Of a dataset that says nothing. */
export const defaultSchedule: Schedule = { kind: "every", everyMs: 3_600_000 };

/** To suggest from. Aliases such as `US/Eastern` are zones too and are not listed. */
export function zoneNames(): readonly string[] {
  return Intl.supportedValuesOf("timeZone");
}

/** A schedule that falls due, or null after a problem was reported. */
export function scheduleOf(fields: ScheduleFields, at: Path, report: Report): SchedulePiece | null {
  const isJustInTime = fields.just_in_time === true;
  const due = isJustInTime
    ? atLeast(fields, at, report)
    : fields.at_least_every === undefined
      ? dueOf(fields, at, report)
      : lonely(at, report);
  return due === null ? null : { due, isJustInTime };
}

function dueOf(
  { every, cron, timezone }: ScheduleFields,
  at: Path,
  report: Report,
): Schedule | null {
  if ((every === undefined) === (cron === undefined)) {
    const message =
      every === undefined
        ? "`schedule` needs `every` or `cron`"
        : "`schedule` has both `every` and `cron`";
    report.error("TM_CONFIG_SCHEDULE", at, message, { spot: "key" });
    return null;
  }
  return cron === undefined
    ? everyOf(every ?? 0, timezone, [...at, "every"], report)
    : cronOf(cron, timezone, at, report);
}

/** The longest that a look waits where only the data says when one is worth while. */
function atLeast(fields: ScheduleFields, at: Path, report: Report): Schedule | null {
  const { every, cron, timezone, at_least_every: atLeastEvery } = fields;
  if (every !== undefined || cron !== undefined) {
    const other = every === undefined ? "cron" : "every";
    const message = `\`schedule\` has both \`just_in_time\` and \`${other}\``;
    report.error("TM_CONFIG_SCHEDULE", [...at, other], message, {
      spot: "key",
      hint: `freshness is looked at just in time whatever its schedule; leave \`just_in_time\` out to keep \`${other}\``,
    });
    return null;
  }
  if (atLeastEvery === undefined) {
    report.error("TM_CONFIG_SCHEDULE", at, "`just_in_time` needs `at_least_every`", {
      spot: "key",
      hint: "the longest time without a look, such as `at_least_every: 1d`",
    });
    return null;
  }
  return everyOf(atLeastEvery, timezone, [...at, "at_least_every"], report);
}

function lonely(at: Path, report: Report): null {
  const message = "`at_least_every` belongs to `just_in_time: true`";
  report.error("TM_CONFIG_SCHEDULE", [...at, "at_least_every"], message, { spot: "key" });
  return null;
}

function cronOf(
  cron: string,
  timezone: string | undefined,
  at: Path,
  report: Report,
): Schedule | null {
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
    const key = String(at.at(-1));
    const message = `\`timezone\` belongs to \`cron\`: \`${key}\` is the same in all zones`;
    report.error("TM_CONFIG_SCHEDULE", [...at.slice(0, -1), "timezone"], message, { spot: "key" });
    return null;
  }
  return withoutProblem({ kind: "every", everyMs }, at, report);
}

function withoutProblem(schedule: Schedule, at: Path, report: Report): Schedule | null {
  const problem = scheduleProblem(schedule);
  if (problem !== null) {
    // To the scheduler `at_least_every` is an `every`; it is told as it is written.
    report.error("TM_CONFIG_SCHEDULE", at, problem.replace("`every`", `\`${String(at.at(-1))}\``));
    return null;
  }
  return schedule;
}
