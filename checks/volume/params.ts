import { z } from "zod";
import type { DurationMs } from "../../src/core/vocabulary.ts";
import { durationField, positiveDurationField } from "../../src/time/fields.ts";
import { columnField } from "../_shared/fields.ts";

const rowsField = z.int().min(0);
const boundsField = z.strictObject({
  min: rowsField.optional().meta({ description: "Fewer rows are out of bounds." }),
  max: rowsField.optional().meta({ description: "More rows are out of bounds." }),
});

export const volumeParams = z.strictObject({
  min: rowsField.optional().meta({ description: "Fewer rows fail. Short for `fail: { min }`." }),
  max: rowsField.optional().meta({ description: "More rows fail. Short for `fail: { max }`." }),
  warn: boundsField
    .optional()
    .meta({ description: "Bounds of a warning, within those of `fail`." }),
  fail: boundsField.optional().meta({ description: "Bounds of a failure." }),
  column: columnField.optional().meta({
    description: "The time column that `window` looks at; one does not go without the other.",
  }),
  window: positiveDurationField.optional().meta({
    description:
      "Only rows of this long until now are counted, e.g. `24h`. The whole dataset without.",
  }),
  rows: z.enum(["exact", "estimate"]).default("exact").meta({
    description:
      "`exact` counts. `estimate` takes the number that the warehouse's metadata have, without reading a row.",
  }),
  complete: z.boolean().default(false).meta({
    description:
      "`true` judges the last whole local day (`window: 1d`) or hour (`window: 1h`), each once.",
  }),
  delay: durationField.prefault("0s").meta({
    description: "How long after its end a whole day or hour is judged, in whole minutes.",
    examples: ["2h", "15m"],
  }),
  calendar: z.string().min(1).optional().meta({
    description: "The calendar of the days that have data; the check skips the others.",
  }),
});

export type VolumeParams = z.output<typeof volumeParams>;

export interface Bounds {
  readonly min: number | null;
  readonly max: number | null;
}

/** The row counts that the outcome turns on; null where nothing is promised. */
export function rowBounds(params: VolumeParams): { readonly fail: Bounds; readonly warn: Bounds } {
  return {
    fail: {
      min: params.fail?.min ?? params.min ?? null,
      max: params.fail?.max ?? params.max ?? null,
    },
    warn: { min: params.warn?.min ?? null, max: params.warn?.max ?? null },
  };
}

/** A window of whole local days or hours; null for a rolling one and for the whole dataset. */
export function unitOf({ complete, window, delay }: VolumeParams): {
  readonly lengthMs: DurationMs;
  readonly delayMs: DurationMs;
} | null {
  return complete && window !== undefined ? { lengthMs: window, delayMs: delay } : null;
}

/** Both spellings of bounds are one promise, and when it is looked at is none. */
export function judgedOf(params: VolumeParams): unknown {
  const { min: _, max: __, delay: ___, ...rest } = params;
  return { ...rest, ...rowBounds(params) };
}
