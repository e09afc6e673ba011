/**
 * A budget of bytes that is spent: told once on each UTC day to each owner whose checks it stops. Its incident has an
 * id that follows from budget, owner and day, so that neither a restart nor two runs at once tell it twice. It ends
 * with the day, or when the budget is declared no more as it was.
 */
import type { ByteBudget } from "../core/cost.ts";
import type { Incident } from "../core/incident.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { utcDayMs, utcDayOf } from "../time/utc-day.ts";
import { type AlertSubject, end, enterOne, isLouder, type Move } from "./incidents.ts";

/** A check that was not measured, because the budget had no room for it. */
export interface Refused {
  readonly subject: AlertSubject;
  readonly budget: ByteBudget;
  readonly atMs: EpochMs;
}

/** A budget may stop thousands of checks, and its incident is written with each that it takes in. */
const mostChecks = 50;

/**
 * Opens the incident of the day, or joins it. Null when the check is in it already, and when so many are that one more,
 * unless it is told louder, says nothing new.
 */
export function refuse(
  openIncidents: readonly Incident[],
  { subject, budget, atMs }: Refused,
): Move | null {
  const id = idOf(budget, subject.owner, utcDayOf(atMs));
  const known = openIncidents.find((incident) => incident.id === id) ?? null;
  const isFull = known !== null && known.checkIds.length >= mostChecks;
  const isToldLouder = known !== null && isLouder(subject.alert, known.alert);
  return known?.checkIds.includes(subject.checkId) === true || (isFull && !isToldLouder)
    ? null
    : enterOne(known, "budget", subject, { sinceMs: atMs, atMs }, () => id);
}

/** Ends what of a budget's incidents is of a day that is over. */
export function endDay(openIncidents: readonly Incident[], nowMs: EpochMs): readonly Move[] {
  return openIncidents.filter(isOfBudget).flatMap((incident) => {
    const overMs = utcDayOf(incident.openedMs) + utcDayMs;
    return overMs > nowMs ? [] : [end(incident, incident.checkIds[0] ?? "", "resolved", overMs)];
  });
}

/** Ends the incidents of budgets that are not among the declared ones, with the size that they had. */
export function endUndeclared(
  openIncidents: readonly Incident[],
  declared: Iterable<ByteBudget>,
  nowMs: EpochMs,
): readonly Move[] {
  const budgets = [...declared];
  return openIncidents
    .filter(isOfBudget)
    .filter(
      ({ id, owner, openedMs }) =>
        !budgets.some((budget) => idOf(budget, owner, utcDayOf(openedMs)) === id),
    )
    .map((incident) => end(incident, incident.checkIds[0] ?? "", "withdrawn", nowMs));
}

function isOfBudget({ kind }: Incident): boolean {
  return kind === "budget";
}

function idOf({ scope, name, maxBytesPerDay }: ByteBudget, owner: string, dayMs: EpochMs): string {
  const day = new Date(dayMs).toISOString().slice(0, 10);
  return `budget.${scope}.${name}.${maxBytesPerDay}.${owner}.${day}`;
}
