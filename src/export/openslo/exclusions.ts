import { z } from "zod";
import type { ExclusionSpan, PlannedExclusion } from "../../core/exclusion.ts";
import { formatDuration } from "../../time/duration.ts";

/** An exclusion with the keys of a product file. */
export type ExclusionKeys = Readonly<Record<string, string>>;

/** What the keys mean is for the product file's own reading to judge. */
export const exclusionsPattern = z.array(z.record(z.string().max(100), z.string().max(10_000)));

export function exclusionKeys({ span, mode, reason }: PlannedExclusion): ExclusionKeys {
  return { ...spanKeys(span), mode, reason };
}

function spanKeys(span: ExclusionSpan): ExclusionKeys {
  if (span.kind === "range") {
    return { from: instant(span.fromMs), to: instant(span.toMs) };
  }
  if (span.kind === "calendar") {
    return { calendar: span.calendar.name, timezone: span.timezone };
  }
  const { start, timezone, rule, durationMs } = span;
  return { start, timezone, rrule: rule, duration: formatDuration(durationMs) };
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}
