import type { Calendar, Weekday } from "../../core/calendar.ts";
import type { DeadlineSli } from "../../core/sli.ts";
import { fromJson, toJson } from "./columns.ts";

/** JSON knows no sets. */
interface StoredCalendar extends Omit<Calendar, "days" | "holidays"> {
  readonly days: readonly Weekday[];
  readonly holidays: readonly string[];
}

interface StoredSli extends Omit<DeadlineSli, "calendar"> {
  readonly calendar: StoredCalendar | null;
}

/** A promise of deliveries as text, its calendar included: it is kept as it stood. */
export function textOfSli({ calendar, ...rest }: DeadlineSli): string {
  const stored: StoredSli = {
    ...rest,
    calendar: calendar && {
      ...calendar,
      days: [...calendar.days].sort((a, b) => a - b),
      holidays: [...calendar.holidays].sort(),
    },
  };
  return toJson(stored);
}

/** What `textOfSli` wrote. */
export function sliOfText(text: string): DeadlineSli {
  const { calendar, ...rest } = fromJson(text) as StoredSli;
  return {
    ...rest,
    calendar: calendar && {
      ...calendar,
      days: new Set(calendar.days),
      holidays: new Set(calendar.holidays),
    },
  };
}
