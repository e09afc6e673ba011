/** What is said of one SLO, as sentences and rows: the text and the page lay them out. */
import { formatPercent } from "../../time/percent.ts";
import type {
  Attribution,
  ReportedCheck,
  ReportedExclusion,
  ReportPeriod,
  SloReport,
} from "./document.ts";
import { spanOf } from "./exclusion-span.ts";
import { verdictOf } from "./verdict.ts";
import {
  amountWords,
  lengthWords,
  partWords,
  percentWords,
  plainLine,
  shortMoment,
  sliWords,
  wholeWords,
} from "./words.ts";

export interface Fact {
  readonly name: string;
  readonly lines: readonly string[];
}

/** Of a promise with nothing to judge only what it was. */
export function factsOf(slo: SloReport, period: ReportPeriod): readonly Fact[] {
  const fared =
    verdictOf(slo) === "unjudged"
      ? []
      : [
          { name: "reached", lines: [reachedWords(slo)] },
          { name: "budget", lines: [budgetWords(slo)] },
          { name: "coverage", lines: [coverageWords(slo)] },
        ];
  return [
    { name: "promised", lines: [promisedWords(slo, period)] },
    ...fared,
    { name: "checks", lines: slo.checks.map((check) => checkWords(check, slo)) },
  ];
}

function promisedWords(
  { objectivePpm, window, status, sinceMs }: SloReport,
  { fromMs, toMs, timezone }: ReportPeriod,
): string {
  const whole = `${formatPercent(objectivePpm)} of ${wholeWords(status.unit)}; its own window is ${window}`;
  return sinceMs <= fromMs || sinceMs >= toMs
    ? whole
    : `${whole}; promised since ${shortMoment(sinceMs, timezone)}, what was before is not judged`;
}

function reachedWords({ objectivePpm, status, unexcused, unknown }: SloReport): string {
  const words = (sli: number | null): string => sliWords(sli, objectivePpm);
  const [lower, upper] = status.sliBounds ?? [status.sli, status.sli];
  const bounds = lower === upper ? "" : `, at least ${words(lower)} and at most ${words(upper)}`;
  const policy =
    status.unknown === 0 || unknown === "ignore" ? "" : `; what is not known counts as ${unknown}`;
  const without =
    unexcused === null || unexcused.sli === status.sli
      ? ""
      : `; ${words(unexcused.sli)} if nothing had been excluded`;
  return `${words(status.sli)}${bounds}${policy}${without}`;
}

function budgetWords({ status, unknown: policy }: SloReport): string {
  const { bad, unknown, budget, unit } = status;
  const { allowed, consumed, remaining, remainingLower } = budget;
  const left = (spent: number, share: number | null): string =>
    share !== null && share < 0
      ? `${amountWords(spent - allowed, unit)} too much`
      : `${percentWords(share)} left`;
  const spent = policy === "bad" ? bad + unknown : bad;
  const lower =
    remainingLower === remaining
      ? ""
      : `; ${left(bad + unknown, remainingLower)} if all that is not known was bad`;
  return `${partWords(spent, allowed, unit)} spent (${percentWords(consumed, "up")}), ${left(spent, remaining)}${lower}`;
}

function coverageWords({ status }: SloReport): string {
  const { coverage, unknown, excluded, unit } = status;
  const words = [
    percentWords(coverage),
    ...(unknown > 0 ? [`${amountWords(unknown, unit)} not known`] : []),
    ...(excluded > 0 ? [`${amountWords(excluded, unit)} taken out`] : []),
  ];
  return words.join("; ");
}

function checkWords({ id, bad, disabledReason }: ReportedCheck, { status }: SloReport): string {
  const words = bad === 0 ? id : `${id}: ${amountWords(bad, status.unit)} bad`;
  return disabledReason === null ? words : `${words} (not watched: ${plainLine(disabledReason)})`;
}

/** What an amount belongs to, for lists and tables. */
export interface Share {
  readonly amount: string;
  readonly excused: string | null;
  readonly what: string;
  /** Null for what belongs to no incident. */
  readonly incident: {
    readonly id: string;
    readonly since: string;
    /** Null while it is open. */
    readonly until: string | null;
  } | null;
}

/** What spent the budget: the costliest incident first, then what no incident accounts for. */
export function spentOf(slo: SloReport, period: ReportPeriod): readonly Share[] {
  return sharesOf(slo.spent, slo, period);
}

/** What cost coverage; nothing where no incident accounts for any of it. */
export function unseenOf(slo: SloReport, period: ReportPeriod): readonly Share[] {
  return slo.unseen.incidents.length === 0 ? [] : sharesOf(slo.unseen, slo, period);
}

/** More are no longer read one by one; JSON has them all. */
const mostIncidents = 50;

function sharesOf(
  { incidents, outside }: Attribution,
  { status }: SloReport,
  { timezone }: ReportPeriod,
): readonly Share[] {
  const { unit } = status;
  const shares = incidents.slice(0, mostIncidents).map(({ incident, amount, excused }) => ({
    amount: amountWords(amount, unit),
    excused: excused > 0 ? amountWords(excused, unit) : null,
    what:
      incident.kind === "budget"
        ? "a spent budget of bytes"
        : `${incident.dimension} of ${incident.datasetId}`,
    incident: {
      id: incident.id,
      since: shortMoment(incident.sinceMs, timezone),
      until: incident.endedMs === null ? null : shortMoment(incident.endedMs, timezone),
    },
  }));
  const others = incidents.slice(mostIncidents);
  const more = {
    ...restShare(
      others.reduce((sum, one) => sum + one.amount, 0),
      unit,
    ),
    what: `in ${others.length} further incidents`,
  };
  const rest = {
    ...restShare(outside, unit),
    what: incidents.length === 0 ? "while no incident was open" : "while none of these was open",
  };
  return [...shares, ...(others.length > 0 ? [more] : []), ...(outside > 0 ? [rest] : [])];
}

function restShare(amount: number, unit: SloReport["status"]["unit"]): Omit<Share, "what"> {
  return { amount: amountWords(amount, unit), excused: null, incident: null };
}

/** An exclusion: within the period, or of one that was withdrawn its own time, for it excuses none of the period. */
export interface Excuse {
  readonly from: string;
  readonly to: string;
  /** How much it excuses, and how. */
  readonly what: string;
  readonly why: string;
  /** Who made it, ended it or took it back, and when. */
  readonly by: readonly string[];
}

export function excusesOf(
  { exclusions }: SloReport,
  { timezone }: ReportPeriod,
): readonly Excuse[] {
  return exclusions.map((exclusion) => {
    const { fromMs, toMs } = spanOf(exclusion);
    return {
      from: shortMoment(fromMs, timezone),
      to: toMs === null ? "no end" : shortMoment(toMs, timezone),
      what: excusedWords(exclusion),
      why: plainLine(exclusion.reason),
      by: byWords(exclusion, timezone),
    };
  });
}

function excusedWords({ mode, times }: ReportedExclusion): string {
  if (times.length === 0) {
    return "nothing: withdrawn";
  }
  const length = lengthWords(times.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0));
  const often = times.length === 1 ? "" : ` (${times.length} times)`;
  return `${length} ${mode === "remove" ? "taken out" : "counted as good"}${often}`;
}

function byWords({ record }: ReportedExclusion, timezone: string): readonly string[] {
  if (record === null) {
    return ["declared in the product's file"];
  }
  const { author, createdMs, id, endedBy, endedMs, withdrawal } = record;
  const did = (what: string, who: string, atMs: number): string =>
    `${what} by ${plainLine(who)} at ${shortMoment(atMs, timezone)}`;
  return [
    `${did("made", author, createdMs)} as ${id}`,
    ...(endedBy === null || endedMs === null ? [] : [did("ended", endedBy, endedMs)]),
    ...(withdrawal === null
      ? []
      : [`${did("withdrawn", withdrawal.by, withdrawal.atMs)}: ${plainLine(withdrawal.reason)}`]),
  ];
}

/** Why there was nothing to judge. */
export function unjudgedWords(
  { status, sinceMs }: SloReport,
  { toMs, timezone }: ReportPeriod,
): string {
  if (sinceMs >= toMs) {
    return `It is promised since ${shortMoment(sinceMs, timezone)}, after the period.`;
  }
  if (status.excluded > 0) {
    return "All that has come due was excluded.";
  }
  return status.unit === "time" ? "Nothing of it has come yet." : "No delivery has fallen due.";
}
