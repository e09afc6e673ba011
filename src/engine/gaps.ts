import type { Gap } from "../core/check.ts";
import type { SqlValue } from "../core/value.ts";

const gapForm = /^(-?\d{1,16})?:(-?\d{1,16})$/;

/** The text that `SqlDialect.gaps` answers with; null when it is none. NULL and empty text are no gap. */
export function readGaps(value: SqlValue): readonly Gap[] | null {
  if (value === null || value === "") {
    return [];
  }
  if (typeof value !== "string") {
    return null;
  }
  const gaps: Gap[] = [];
  for (const text of value.split(",")) {
    const match = gapForm.exec(text);
    if (match === null) {
      return null;
    }
    const [, from, to] = match;
    gaps.push({ fromMs: from === undefined ? null : Number(from), toMs: Number(to) });
  }
  return gaps;
}
