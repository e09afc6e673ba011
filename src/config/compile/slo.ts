import { notBuilt } from "../not-built.ts";
import { type PieceOptions, readPiece } from "../piece.ts";
import { clip, type Path, type Report } from "../problems.ts";
import { sloFields } from "../product-file.ts";
import { hintFor } from "../suggest.ts";
import type { CheckPiece, DatasetPiece, SloPiece } from "./pieces.ts";

const sloOptions: PieceOptions = {
  notBuilt: notBuilt.slo,
  codes: { objective: "TM_CONFIG_OBJECTIVE" },
  elsewhere: {
    severity: { hint: "`severity` belongs to a check; an SLO has `alert`" },
    target: { hint: "write `objective`", instead: "objective" },
  },
};

/** Judges one SLO against the checks of its product. */
export function sloPiece(
  name: string,
  value: unknown,
  datasets: readonly DatasetPiece[],
  report: Report,
): SloPiece {
  const at = ["slos", name];
  const fields = readPiece(sloFields, value, at, report, sloOptions);
  const found: string[] = [];
  for (const [index, reference] of (fields.known.checks ?? []).entries()) {
    const path = [...at, "checks", index];
    const checkKey = checkOf(reference, datasets, path, report);
    if (checkKey !== null && found.includes(checkKey)) {
      const message = `\`${clip(reference)}\` is named twice`;
      report.error("TM_CONFIG_DUPLICATE", path, message);
    } else if (checkKey !== null) {
      found.push(checkKey);
    }
  }
  return { name, at, fields, checks: found };
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
