import type { PlanContext } from "../../core/check.ts";
import type { Check } from "../../core/mesh.ts";
import { generationOf } from "./generation.ts";
import type { CheckPiece, ConnectionPiece, DatasetPiece } from "./pieces.ts";
import type { CheckTerms } from "./terms.ts";
import { whole } from "./whole.ts";
import { withoutUndefined } from "./without-undefined.ts";

/** What a check has from around it. */
export interface DatasetContext {
  readonly piece: DatasetPiece;
  readonly id: string;
  readonly product: string;
  readonly owner: string;
  readonly connection: ConnectionPiece;
}

/** Makes a check of pieces in which no problem was found. */
export function checkOf(piece: CheckPiece, terms: CheckTerms, dataset: DatasetContext): Check {
  const id = `${dataset.id}/${piece.name}`;
  const fields = whole(piece.fields.whole, id);
  const spec = whole(piece.spec, id);
  return withoutUndefined({
    id,
    product: dataset.product,
    datasetId: dataset.id,
    name: piece.name,
    type: spec.name,
    dimension: spec.dimension,
    params: piece.params,
    severity: fields.severity,
    description: fields.description,
    owner: fields.owner ?? dataset.owner,
    schedule: terms.schedule,
    holdMs: fields.hold ?? null,
    sli: terms.sli,
    calendar: terms.calendar,
    disabledReason: fields.enabled ? null : (fields.reason ?? ""),
    generation: generation(piece, terms, dataset),
  });
}

/** Of a calendar only the name counts, which is a parameter: next year's holidays are no other promise. */
function generation(
  check: CheckPiece,
  { calendar }: CheckTerms,
  { piece, connection }: DatasetContext,
): string {
  const spec = whole(check.spec, check.name);
  const { filter, timezone } = whole(piece.fields.whole, piece.name);
  const { severity } = whole(check.fields.whole, check.name);
  const { dialect } = connection.spec;
  const context: PlanContext = { dialect, timezone, nowMs: 0, calendar, last: null };
  // A check that reads the catalogue holds it against the promised columns, so they are what it judges.
  const readsCatalogue = spec
    .plan(check.params, context)
    .some((request) => request.kind === "columns");
  return generationOf({
    source: whole(piece.source, piece.name).written,
    filter,
    timezone,
    type: spec.name,
    params: spec.judged?.(check.params) ?? check.params,
    severity,
    columns: readsCatalogue ? piece.columns : null,
  });
}
