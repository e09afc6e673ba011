import { z } from "zod";
import type { Calendar } from "../../core/calendar.ts";
import type { Check, Schedule, Slo } from "../../core/mesh.ts";
import { formatDuration } from "../../time/duration.ts";
import type { ExclusionKeys } from "./exclusions.ts";
import { exclusionKeys, exclusionsPattern } from "./exclusions.ts";

/**
 * What OpenSLO v1 has no key for goes to `metadata.annotations` under our own prefix; `openslo.com/` is reserved. Each
 * value is text, and a list is JSON. `import openslo` reads them back.
 */
const prefix = "tidemark.dev/";

export type AnnotationName =
  | "product"
  | "slo"
  | "checks"
  | "budgeting"
  | "unknown"
  | "coverage-floor"
  | "since"
  | "alert"
  | "exclusions"
  | "labels"
  | "window"
  | "description";

export type Annotations = Readonly<Partial<Record<AnnotationName, string>>>;

/** A check as far as the SLO depends on it: not what it measures, only how its results count. */
export interface CheckKeys {
  /** `dataset.check` */
  readonly check: string;
  readonly type: string;
  readonly severity?: "warn" | undefined;
  /** As in a product file. */
  readonly schedule: Readonly<Record<string, string>>;
  readonly hold?: string | undefined;
  readonly max_age?: string | undefined;
  readonly visibility_delay?: string | undefined;
  readonly time?: "event" | undefined;
  readonly by?: string | undefined;
  readonly timezone?: string | undefined;
  readonly opens?: string | undefined;
  readonly calendar?: string | undefined;
  /** Of what is measured and judged. Never read back. */
  readonly generation?: string | undefined;
}

const checksPattern = z.array(
  z.strictObject({
    check: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,127}\.[a-z0-9][a-z0-9_-]{0,127}$/),
    type: z.string().regex(/^[a-z0-9_]{1,100}$/),
    severity: z.literal("warn").optional(),
    schedule: z.record(z.string().max(100), z.string().max(300)),
    hold: z.string().max(100).optional(),
    max_age: z.string().max(100).optional(),
    visibility_delay: z.string().max(100).optional(),
    time: z.literal("event").optional(),
    by: z.string().max(100).optional(),
    timezone: z.string().max(100).optional(),
    opens: z.string().max(100).optional(),
    calendar: z.string().max(128).optional(),
    generation: z.string().max(200).optional(),
  }),
);

/** Own labels whose keys OpenSLO does not take. */
const labelsPattern = z.record(z.string(), z.string());

export function withPrefix(annotations: Annotations): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(annotations).map(([name, value]) => [`${prefix}${name}`, value]),
  );
}

/** The annotations of an SLO but for its identity, and for what depends on how its other keys were written. */
export function termsOf(slo: Slo, checks: readonly Check[]): Annotations {
  const { exclusions, sinceMs, alert } = slo;
  return {
    checks: JSON.stringify(checks.map(checkKeys)),
    budgeting: slo.budgeting,
    unknown: slo.unknown,
    "coverage-floor": String(slo.coverageFloorPpm / 1_000_000),
    ...(sinceMs !== null && { since: new Date(sinceMs).toISOString().replace(".000Z", "Z") }),
    ...(alert !== null && { alert }),
    ...(exclusions.length > 0 && { exclusions: JSON.stringify(exclusions.map(exclusionKeys)) }),
  };
}

function checkKeys(check: Check): CheckKeys {
  const [, dataset = "", name = ""] = check.id.split("/");
  const { holdMs, sli, calendar, generation } = check;
  return {
    check: `${dataset}.${name}`,
    type: check.type,
    ...(check.severity === "warn" && { severity: check.severity }),
    schedule: scheduleKeys(check.schedule),
    ...(holdMs !== null && { hold: formatDuration(holdMs) }),
    ...sliKeys(sli),
    ...calendarKeys(calendar),
    generation,
  };
}

function scheduleKeys(schedule: Schedule): CheckKeys["schedule"] {
  return schedule.kind === "every"
    ? { every: formatDuration(schedule.everyMs) }
    : { cron: schedule.expression, timezone: schedule.timezone };
}

function sliKeys(sli: Check["sli"]): Partial<CheckKeys> {
  if (sli.kind === "freshness") {
    return {
      max_age: formatDuration(sli.maxAgeMs),
      visibility_delay: formatDuration(sli.visibilityDelayMs),
      ...(sli.time === "event" && { time: sli.time }),
    };
  }
  if (sli.kind === "deadline") {
    const opens = sli.opensMs === null ? {} : { opens: formatDuration(sli.opensMs) };
    return { by: sli.by, timezone: sli.timezone, ...opens };
  }
  return {};
}

function calendarKeys(calendar: Calendar | null): Partial<CheckKeys> {
  return calendar === null ? {} : { calendar: calendar.name };
}

const forms: Readonly<Partial<Record<string, (text: string) => boolean>>> = {
  checks: (text) => parseChecks(text) !== null,
  exclusions: (text) => parseExclusions(text) !== null,
  labels: (text) => parseLabels(text) !== null,
  budgeting: isOneOf("time", "deliveries", "rows"),
  unknown: isOneOf("ignore", "good", "bad"),
  alert: isOneOf("page", "ticket", "none"),
  "coverage-floor": (text) => /^(?:0(?:\.\d{1,6})?|1)$/.test(text),
};

function isOneOf(...words: readonly string[]): (text: string) => boolean {
  return (text) => words.includes(text);
}

/** Whether the value is of the form that Tidemark writes under this key; other people's keys are theirs. */
export function isWellFormed(key: string, text: string): boolean {
  return !key.startsWith(prefix) || forms[key.slice(prefix.length)]?.(text) !== false;
}

/** Those of our own names, without the prefix; and the keys of others. */
export function splitAnnotations(annotations: Readonly<Record<string, string>>): {
  readonly own: Annotations;
  readonly foreign: readonly string[];
} {
  const entries = Object.entries(annotations);
  const own = entries.filter(([key]) => key.startsWith(prefix));
  return {
    own: Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])),
    foreign: entries.filter(([key]) => !key.startsWith(prefix)).map(([key]) => key),
  };
}

/** What was read of the lists; null where the text is not what Tidemark writes. */
export function parseChecks(text: string): readonly CheckKeys[] | null {
  return parse(checksPattern, text);
}

export function parseExclusions(text: string): readonly ExclusionKeys[] | null {
  return parse(exclusionsPattern, text);
}

export function parseLabels(text: string): Readonly<Record<string, string>> | null {
  return parse(labelsPattern, text);
}

function parse<T>(pattern: z.ZodType<T>, text: string): T | null {
  try {
    const result = pattern.safeParse(JSON.parse(text));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}
