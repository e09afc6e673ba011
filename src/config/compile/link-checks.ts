import { clip, type Report } from "../problems.ts";
import { calendarNamed } from "./calendars.ts";
import type { CheckPiece, DaemonPieces, DatasetPiece, ProductPieces } from "./pieces.ts";
import { type CheckTerms, termsOf } from "./terms.ts";

/** Judges the calendars and schedules of a product's checks. Returns the calendars that are used. */
export function linkChecks(
  product: ProductPieces,
  daemon: DaemonPieces,
  report: Report,
): ReadonlySet<string> {
  const used = new Set<string>();
  for (const dataset of product.datasets) {
    for (const check of dataset.checks) {
      const calendar = check.params === null ? undefined : check.spec?.calendar?.(check.params);
      if (calendar !== undefined) {
        calendarNamed(calendar, [...check.at, "calendar"], daemon, report);
      }
      if (calendar !== undefined && check.fields.known.enabled !== false) {
        used.add(calendar);
      }
      checkSchedule(check, dataset, daemon, report);
    }
    checkDatasetSchedule(dataset, daemon, report);
  }
  return used;
}

function checkSchedule(
  check: CheckPiece,
  dataset: DatasetPiece,
  daemon: DaemonPieces,
  report: Report,
): void {
  const { spec, params, schedule, at } = check;
  const { timezone } = dataset.fields.known;
  const isSaid = check.fields.known.schedule !== undefined;
  if (isSaid && spec !== null && params !== null && timezone !== undefined) {
    if ((spec.schedule?.(params, { timezone }) ?? null) !== null) {
      const message = `\`${clip(check.name)}\` falls due by its own parameters, so it takes no \`schedule\``;
      report.error("TM_CONFIG_SCHEDULE", [...at, "schedule"], message, { spot: "key" });
      return;
    }
  }
  const terms = termsOf(check, dataset, daemon);
  if (schedule?.isJustInTime === true && terms !== null && !hasMoment(terms)) {
    const message = `\`just_in_time\` is for freshness that can fail: nothing says when \`${clip(check.name)}\` is worth a look`;
    report.error("TM_CONFIG_SCHEDULE", [...at, "schedule", "just_in_time"], message, {
      spot: "key",
      hint: "give `every` or `cron`",
    });
  }
}

/** Other checks of the dataset are then looked at `at_least_every` so often, which is what they ask for. */
function checkDatasetSchedule(dataset: DatasetPiece, daemon: DaemonPieces, report: Report): void {
  const terms = dataset.checks.map((check) => termsOf(check, dataset, daemon));
  const isKnown = terms.every((one) => one !== null);
  if (dataset.schedule?.isJustInTime === true && isKnown && !terms.some(hasMoment)) {
    const message = `\`just_in_time\` is for freshness that can fail, and \`${clip(dataset.name)}\` has no such check`;
    const at = [...dataset.at, "schedule", "just_in_time"];
    const hint = "give `every` or `cron`";
    report.error("TM_CONFIG_SCHEDULE", at, message, { spot: "key", hint });
  }
}

/** Whether the data itself says when the answer can change. */
function hasMoment({ sli }: CheckTerms): boolean {
  return sli.kind !== "state";
}
