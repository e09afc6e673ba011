import type { ExcludedTime, ExclusionSpan, PlannedExclusion } from "../core/exclusion.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { BoundedCache } from "./bounded-cache.ts";
import { isDayInCalendar } from "./calendar.ts";
import { formatDuration } from "./duration.ts";
import { dayAt, instantOn, startOf } from "./local-day.ts";
import { parseRule, parseStart, type Rule, wallOf } from "./rule.ts";
import { isZone } from "./zone.ts";

type RecurringSpan = Extract<ExclusionSpan, { kind: "recurring" }>;
type CalendarSpan = Extract<ExclusionSpan, { kind: "calendar" }>;

interface Stretch {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

const dayMs = 86_400_000;

/** What recurs and lasts longer than a year is one exclusion. */
const longestMs = 366 * dayMs;

const rules = new BoundedCache<Rule | string>(2_000);

/** What is wrong with a recurring exclusion in one sentence, or null. One with a problem must not be used further. */
export function ruleProblem(span: RecurringSpan): string | null {
  if (!isZone(span.timezone)) {
    return `there is no time zone \`${span.timezone}\``;
  }
  if (span.durationMs <= 0 || span.durationMs > longestMs) {
    return `an exclusion lasts longer than zero and at most ${formatDuration(longestMs)}`;
  }
  const rule = ruleOf(span);
  return typeof rule === "string" ? rule : null;
}

/**
 * The excused time of a planned exclusion within `[fromMs, toMs)`: clipped to it, ascending, without overlap. At
 * most 24 for each day of the stretch. A recurring one begins at local wall times: one in a gap as far after it
 * as it was into it, one that exists twice at the first; its length is real time. Throws `RangeError` for a span
 * with a problem.
 */
export function excludedTimes(
  exclusion: PlannedExclusion,
  fromMs: EpochMs,
  toMs: EpochMs,
): readonly ExcludedTime[] {
  const { span, mode } = exclusion;
  return joined(stretchesOf(span, fromMs, toMs))
    .map((one) => ({
      fromMs: Math.max(one.fromMs, fromMs),
      toMs: Math.min(one.toMs, toMs),
      mode,
    }))
    .filter((one) => one.fromMs < one.toMs);
}

function stretchesOf(span: ExclusionSpan, fromMs: EpochMs, toMs: EpochMs): readonly Stretch[] {
  if (toMs <= fromMs) {
    return [];
  }
  if (span.kind === "range") {
    return [span];
  }
  return span.kind === "recurring"
    ? recurring(span, fromMs, toMs)
    : daysOutside(span, fromMs, toMs);
}

/** A day of slack on both sides covers every change of clocks, a day skipped at the date line included. */
function recurring(span: RecurringSpan, fromMs: EpochMs, toMs: EpochMs): readonly Stretch[] {
  const rule = ruleOf(span);
  if (typeof rule === "string") {
    throw new RangeError(rule);
  }
  const { timezone, durationMs } = span;
  const firstMs = wallOf(fromMs, timezone) - durationMs - dayMs;
  return rule.between(firstMs, wallOf(toMs, timezone) + dayMs).map((wallMs) => {
    const day = Math.floor(wallMs / dayMs);
    const startMs = instantOn(day, wallMs - day * dayMs, timezone);
    return { fromMs: startMs, toMs: startMs + durationMs };
  });
}

function daysOutside(span: CalendarSpan, fromMs: EpochMs, toMs: EpochMs): readonly Stretch[] {
  const { calendar, timezone } = span;
  const lastDay = dayAt(toMs - 1, timezone);
  const found: Stretch[] = [];
  let firstOutside: number | null = null;
  for (let day = dayAt(fromMs, timezone); day <= lastDay + 1; day += 1) {
    const isOutside = day <= lastDay && !isDayInCalendar(calendar, day);
    if (isOutside) {
      firstOutside ??= day;
    } else if (firstOutside !== null) {
      found.push({ fromMs: startOf(firstOutside, timezone), toMs: startOf(day, timezone) });
      firstOutside = null;
    }
  }
  return found;
}

/** Starts ascend but where clocks changed between two of them; what overlaps or touches becomes one. */
function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const found: { fromMs: EpochMs; toMs: EpochMs }[] = [];
  for (const { fromMs, toMs } of stretches.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = found.at(-1);
    if (last !== undefined && fromMs <= last.toMs) {
      last.toMs = Math.max(last.toMs, toMs);
    } else {
      found.push({ fromMs, toMs });
    }
  }
  return found;
}

function ruleOf({ start, timezone, rule }: RecurringSpan): Rule | string {
  return rules.get(`${start}\n${timezone}\n${rule}`, () => {
    const startMs = parseStart(start);
    return startMs === null
      ? `\`${start}\` is no local time such as \`2026-03-01T02:00:00\``
      : parseRule(rule, startMs, timezone);
  });
}
