import { z } from "zod";
import type { SloWindow } from "../../core/mesh.ts";
import { notBuilt } from "../not-built.ts";
import { isFields, type PieceOptions, readPiece } from "../piece.ts";
import { clip, type Path, type Report } from "../problems.ts";
import { calendarWindowFields, rollingWindowField, sloFields } from "../slo-file.ts";
import { hintFor } from "../suggest.ts";
import type { Allow } from "./allows.ts";
import { exclusionOf } from "./exclusions.ts";
import { momentOf } from "./moments.ts";
import type { CheckPiece, DatasetPiece, SloPiece } from "./pieces.ts";
import { zoneNames } from "./schedule.ts";

const sloOptions: PieceOptions = {
  notBuilt: notBuilt.slo,
  codes: { objective: "TM_CONFIG_OBJECTIVE" },
  elsewhere: {
    severity: { hint: "`severity` belongs to a check; an SLO has `alert`" },
    target: { hint: "write `objective`", instead: "objective" },
  },
};

const rollingFields = z.strictObject({ window: rollingWindowField });

/** Judges one SLO against the checks of its product. */
export function sloPiece(
  name: string,
  value: unknown,
  datasets: readonly DatasetPiece[],
  allows: readonly Allow[],
  report: Report,
): SloPiece {
  const at = ["slos", name];
  const fields = readPiece(sloFields, value, at, report, sloOptions);
  const { known } = fields;
  const window = known.window === undefined ? null : windowOf(known.window, at, report);
  const zone = window?.kind === "calendar" ? window.timezone : "UTC";
  const sinceMs = known.since === undefined ? null : momentOf(known.since, zone);
  const exclusions = (known.exclusions ?? []).flatMap(
    (exclusion, index) => exclusionOf(exclusion, zone, [...at, "exclusions", index], report) ?? [],
  );
  const checks = checksOf(known.checks ?? [], datasets, [...at, "checks"], report);
  return { name, at, fields, window, sinceMs, exclusions, checks, allows };
}

/** The window, or null after a problem was reported. `at` is the SLO's path. */
function windowOf(value: unknown, at: Path, report: Report): SloWindow | null {
  const periods: readonly unknown[] = calendarWindowFields.shape.calendar.options;
  if (periods.includes(value)) {
    const message = "`window` is a duration such as `30d`, or a period of the calendar";
    const hint = `write \`{ calendar: ${String(value)} }\``;
    report.error("TM_CONFIG_INVALID", [...at, "window"], message, { hint });
    return null;
  }
  if (!isFields(value)) {
    const { whole } = readPiece(rollingFields, { window: value }, at, report);
    return whole === null ? null : { kind: "rolling", lengthMs: whole.window };
  }
  const { whole } = readPiece(calendarWindowFields, value, [...at, "window"], report, {
    near: { timezone: zoneNames },
  });
  return whole === null
    ? null
    : { kind: "calendar", period: whole.calendar, timezone: whole.timezone };
}

/** The `dataset/check` keys of those that are named and exist. */
function checksOf(
  references: readonly string[],
  datasets: readonly DatasetPiece[],
  at: Path,
  report: Report,
): readonly string[] {
  const found: string[] = [];
  for (const [index, reference] of references.entries()) {
    const path = [...at, index];
    const checkKey = checkOf(reference, datasets, path, report);
    if (checkKey !== null && found.includes(checkKey)) {
      const message = `\`${clip(reference)}\` is named twice`;
      report.error("TM_CONFIG_DUPLICATE", path, message);
    } else if (checkKey !== null) {
      found.push(checkKey);
    }
  }
  return found;
}

/** `dataset.check` → `dataset/check`, or null after a problem was reported. */
function checkOf(
  reference: string,
  datasets: readonly DatasetPiece[],
  at: Path,
  report: Report,
): string | null {
  const [datasetName = "", checkName, rest] = reference.split(".");
  const checks = datasets
    .find(({ name }) => name === datasetName)
    ?.checks.find(({ name }) => name === checkName);
  if (checks === undefined || rest !== undefined) {
    const known = datasets.flatMap(({ name, checks: own }) =>
      own.map((check) => `${name}.${check.name}`),
    );
    const message = `\`${clip(reference)}\` is no check of this product`;
    const dotted = reference.replaceAll("/", ".");
    const hint = known.includes(dotted)
      ? `write \`${dotted}\``
      : hintFor(reference, known, "check");
    report.error("TM_CONFIG_REFERENCE", at, message, { hint });
    return null;
  }
  warnOfIdle(reference, checks, at, report);
  return `${datasetName}/${checks.name}`;
}

function warnOfIdle(reference: string, check: CheckPiece, at: Path, report: Report): void {
  if (check.fields.known.enabled === false) {
    const message = `\`${clip(reference)}\` is not enabled: its time is unknown in this SLO`;
    report.warning("TM_CONFIG_INVALID", at, message);
  } else if (check.fields.known.severity === "warn") {
    const message = `\`${clip(reference)}\` has \`severity: warn\`: it never spends this SLO's budget`;
    report.warning("TM_CONFIG_INVALID", at, message);
  }
}
