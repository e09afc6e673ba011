/** ISO 8601: 1 is Monday, 7 is Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/**
 * The days on which something is expected: weekdays, less holidays. Days are local ones; the zone that they
 * begin and end in is that of whoever uses the calendar, and `timezone` where nothing else is said.
 */
export interface Calendar {
  readonly name: string;
  readonly timezone: string;
  readonly days: ReadonlySet<Weekday>;
  /** As `2026-12-25`. */
  readonly holidays: ReadonlySet<string>;
  /** The last day that the holidays are known for; null: no holidays have to be known. */
  readonly validUntil: string | null;
}
