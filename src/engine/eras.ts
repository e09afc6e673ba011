/** What a change of the mesh does to how deliveries are promised, as data. */
import type { Calendar } from "../core/calendar.ts";
import type { Check, Mesh } from "../core/mesh.ts";
import type { DeadlineEra } from "../core/timeline.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import type { WatchState } from "./state.ts";

/**
 * Where deliveries are promised otherwise from now on an era begins. A calendar that changed is no other promise:
 * the days that it had wrong are judged anew, those of earlier eras too.
 */
export function erasOf(after: Mesh, state: WatchState, nowMs: EpochMs): readonly DeadlineEra[] {
  return [...after.checks.values()].flatMap((check) => {
    const known = state.history.erasOf(check.id);
    const last = known.at(-1);
    return last === undefined
      ? firstEras(check, state, nowMs)
      : [...known.flatMap((era) => mendedEra(era, after)), ...nextEra(check, last, nowMs)];
  });
}

/**
 * What a check that is new promises is judged as far back as anybody asks. One that promised something else until now
 * was not looked at for deliveries: in an era of its generation before nothing was seen, so that they are unknown.
 */
function firstEras(
  { id: checkId, generation, sli }: Check,
  { history }: WatchState,
  nowMs: EpochMs,
): readonly DeadlineEra[] {
  if (sli.kind !== "deadline") {
    return [];
  }
  const era = { checkId, generation, fromMs: nowMs, sli };
  const before = history.lastRunOf(checkId);
  return before === null ? [era] : [{ ...era, generation: before.generation, fromMs: 0 }, era];
}

/** While a check promises something else its deliveries are unknown, and none of them is judged by what comes after. */
function nextEra(
  { id: checkId, generation, sli: now }: Check,
  last: DeadlineEra,
  nowMs: EpochMs,
): readonly DeadlineEra[] {
  const sli = now.kind === "deadline" ? now : last.sli;
  if (last.generation !== generation) {
    // A clock that was set back must not begin an era before the one that it ends.
    return [{ checkId, generation, fromMs: Math.max(nowMs, last.fromMs + 1), sli }];
  }
  return last.sli.timezone === sli.timezone ? [] : [{ ...last, sli }];
}

/** The era by its calendar as that is now; none where that is the same, or is declared no more. */
function mendedEra(era: DeadlineEra, { calendars }: Mesh): readonly DeadlineEra[] {
  const { calendar: before } = era.sli;
  const calendar = before === null ? undefined : calendars.get(before.name);
  return before === null || calendar === undefined || isSameCalendar(before, calendar)
    ? []
    : [{ ...era, sli: { ...era.sli, calendar } }];
}

function isSameCalendar(a: Calendar, b: Calendar): boolean {
  return (
    a.timezone === b.timezone &&
    a.days.symmetricDifference(b.days).size === 0 &&
    a.holidays.symmetricDifference(b.holidays).size === 0
  );
}
