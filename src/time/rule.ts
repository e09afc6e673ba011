import { RRuleTemporal } from "rrule-temporal";
import type { EpochMs } from "../core/vocabulary.ts";
import { zonedMoment } from "./zone.ts";

/**
 * Recurrence rules (RFC 5545, 3.3.10) over wall time. The rule runs on clocks that never change, and whoever
 * uses it reads each wall time in the zone: a time in a gap is then moved as everywhere else here, where the
 * library would leave it out, so that a nightly maintenance takes place on the night of the change too.
 */

/** Wall time in milliseconds since 1970, as if it were in UTC. */
export type WallMs = number;

export interface Rule {
  /** Ascending; both ends included. */
  readonly between: (fromMs: WallMs, toMs: WallMs) => readonly WallMs[];
}

const dayMs = 86_400_000;

/** More would be a schedule and no exclusion; it also bounds what a hostile rule costs. */
const mostPerDay = 24;

/** Days, weeks, months or years that are searched in vain: a 29 February is up to 2,921 days away. */
const mostPeriods = 4_000;

/** Those that all occurrences of a rule with `COUNT` may lie in: 80 years of days. */
const mostCounted = 30_000;

const oneWeekday = "(?:[+-]?\\d{1,2})?(?:MO|TU|WE|TH|FR|SA|SU)";
const weekdaysPattern = new RegExp(`^${oneWeekday}(?:,${oneWeekday})*$`);

const startPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/;
const untilPattern = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/;

/** The library drops values out of range without a word; each part is therefore held to the RFC's here. */
const parts: Readonly<Record<string, (value: string) => boolean>> = {
  FREQ: (value) => /^[A-Z]+$/.test(value),
  INTERVAL: (value) => isWhole(value, 1, 10_000),
  COUNT: (value) => isWhole(value, 1, 1_000),
  UNTIL: (value) => untilOf(value, "UTC") !== null,
  WKST: (value) => /^(?:MO|TU|WE|TH|FR|SA|SU)$/.test(value),
  BYDAY: (value) => weekdaysPattern.test(value),
  BYMONTH: listOf(1, 12),
  BYMONTHDAY: signedListOf(31),
  BYYEARDAY: signedListOf(366),
  BYWEEKNO: signedListOf(53),
  BYSETPOS: signedListOf(366),
  BYHOUR: listOf(0, 23),
  BYMINUTE: listOf(0, 59),
  BYSECOND: listOf(0, 59),
};

const neverRecurs = "it does not recur within reach: there is no such day, or hardly ever";

const frequencies = new Set(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]);

/** A local wall time, `2026-03-01T02:00:00`, seconds optional. Null for anything else. */
export function parseStart(text: string): WallMs | null {
  if (!startPattern.test(text)) {
    return null;
  }
  const ms = Date.parse(`${text}${text.length === 16 ? ":00" : ""}Z`);
  const isReal = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
  return isReal ? ms : null;
}

/** A rule without `RRULE:`, or what is wrong with it in one sentence. */
export function parseRule(text: string, startMs: WallMs, zone: string): Rule | string {
  const values = new Map<string, string>();
  for (const part of text.toUpperCase().split(";")) {
    if (part === "") {
      return "a part of it is empty; a recurrence rule is like `FREQ=WEEKLY;BYDAY=SU`";
    }
    const [key = "", value = "", ...more] = part.split("=");
    const isGood = parts[key];
    if (isGood === undefined || more.length > 0 || !Object.hasOwn(parts, key)) {
      return `\`${part}\` is no part of a recurrence rule (RFC 5545)`;
    }
    if (values.has(key)) {
      return `\`${key}\` is given twice`;
    }
    if (!isGood(value)) {
      return `\`${part}\` is not a value that a recurrence rule (RFC 5545) can have`;
    }
    values.set(key, value);
  }
  return limitProblem(values) ?? compile(values, startMs, zone);
}

function limitProblem(values: ReadonlyMap<string, string>): string | null {
  const frequency = values.get("FREQ");
  if (frequency === undefined) {
    return "a recurrence rule needs `FREQ`, such as `FREQ=WEEKLY;BYDAY=SU`";
  }
  if (!frequencies.has(frequency)) {
    return "`FREQ` is one of DAILY, WEEKLY, MONTHLY and YEARLY; times of the day go under `BYHOUR` and `BYMINUTE`";
  }
  if (values.has("COUNT") && values.has("UNTIL")) {
    return "a recurrence rule has `COUNT` or `UNTIL`, not both";
  }
  const perDay = ["BYHOUR", "BYMINUTE", "BYSECOND"]
    .map((key) => new Set(values.get(key)?.split(",") ?? [""]).size)
    .reduce((product, size) => product * size, 1);
  return perDay > mostPerDay
    ? `it recurs ${perDay} times a day; at most ${mostPerDay} are allowed`
    : null;
}

function compile(
  values: ReadonlyMap<string, string>,
  startMs: WallMs,
  zone: string,
): Rule | string {
  const until = values.get("UNTIL");
  const untilMs = until === undefined ? null : untilOf(until, zone);
  if (untilMs !== null && untilMs < startMs) {
    return "it never recurs, since `UNTIL` is before its start";
  }
  const text = [...values]
    .map(
      ([key, value]) => `${key}=${key === "UNTIL" && untilMs !== null ? utcText(untilMs) : value}`,
    )
    .join(";");
  const rruleString = `DTSTART:${utcText(startMs)}\nRRULE:${text}`;
  try {
    const rule = new RRuleTemporal({ rruleString, strict: true, maxIterations: mostPeriods });
    if (rule.next(new Date(startMs - 1), true) === null) {
      return neverRecurs;
    }
    return values.has("COUNT") ? counted(rruleString) : endless(rule);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "";
    return /iterations|bounds/i.test(reason)
      ? neverRecurs
      : `\`${text}\` is not a recurrence rule (RFC 5545): ${reason}`;
  }
}

function endless(rule: RRuleTemporal): Rule {
  return {
    between: (fromMs, toMs) =>
      rule.between(new Date(fromMs), new Date(toMs), true).map(millisecondsOf),
  };
}

/** Only from its start on can a rule with `COUNT` be told to have ended, so that it is walked once. */
function counted(rruleString: string): Rule {
  const rule = new RRuleTemporal({ rruleString, strict: true, maxIterations: mostCounted });
  const all = rule.all().map(millisecondsOf);
  return { between: (fromMs, toMs) => all.filter((ms) => ms >= fromMs && ms <= toMs) };
}

function millisecondsOf(occurrence: { readonly epochMilliseconds: number }): WallMs {
  return occurrence.epochMilliseconds;
}

/** The last wall time that `UNTIL` allows: a day counts to its end. Null for what is no such value. */
function untilOf(value: string, zone: string): WallMs | null {
  const match = untilPattern.exec(value);
  if (match === null) {
    return null;
  }
  const [, year = "", month = "", day = "", hour = "00", minute = "00", second = "00", utc] = match;
  const ms = parseStart(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
  if (ms === null || match[4] !== undefined) {
    return ms === null || utc !== "Z" ? ms : wallOf(ms, zone);
  }
  return ms + dayMs - 1_000;
}

/** What the clocks of `zone` show at an instant. Throws `RangeError` for a zone that does not exist. */
export function wallOf(ms: EpochMs, zone: string): WallMs {
  return Date.parse(`${zonedMoment(ms, zone).local.replace(" ", "T")}Z`);
}

/** `20260301T020000Z` */
function utcText(ms: WallMs): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

function listOf(least: number, most: number): (value: string) => boolean {
  return (value) => value.split(",").every((one) => isWhole(one, least, most));
}

/** Negative ones count from the end; there is no zeroth. */
function signedListOf(most: number): (value: string) => boolean {
  return (value) => value.split(",").every((one) => isWhole(one.replace(/^[+-]/, ""), 1, most));
}

function isWhole(text: string, least: number, most: number): boolean {
  return /^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most;
}
