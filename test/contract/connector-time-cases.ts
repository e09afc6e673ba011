import type { ZonedMoment } from "../../src/core/connector.ts";
import type { DurationMs } from "../../src/core/vocabulary.ts";

/** The kinds of columns that hold times. */
export const timeKinds = ["instant", "local", "date"] as const;
export type TimeKind = (typeof timeKinds)[number];

/** Rows are cast from text; `counts` are of `<`, `<=` and `>=`. */
export interface CompareTimeCase {
  readonly kind: TimeKind;
  readonly timezone: string;
  readonly moment: ZonedMoment;
  readonly rows: readonly string[];
  readonly counts: readonly [bigint, bigint, bigint];
}

const fiveInBerlin: ZonedMoment = {
  ms: Date.UTC(2026, 6, 1, 3),
  local: "2026-07-01 05:00:00.000",
  offset: "+02:00",
};
/** In UTC it is still the day before. */
const earlyInAuckland: ZonedMoment = {
  ms: Date.UTC(2026, 0, 14, 11, 30),
  local: "2026-01-15 00:30:00.000",
  offset: "+13:00",
};
/** The first of the two half past two of the autumn night. */
const halfPastTwo: ZonedMoment = {
  ms: Date.UTC(2026, 9, 25, 0, 30),
  local: "2026-10-25 02:30:00.000",
  offset: "+02:00",
};
/** The second. */
const halfPastTwoAgain: ZonedMoment = {
  ms: Date.UTC(2026, 9, 25, 1, 30),
  local: "2026-10-25 02:30:00.000",
  offset: "+01:00",
};

export const compareTimeCases: readonly CompareTimeCase[] = [
  {
    kind: "instant",
    timezone: "Europe/Berlin",
    moment: fiveInBerlin,
    rows: [
      "2026-07-01 02:59:59.999+00:00",
      "2026-07-01 05:00:00+02:00",
      "2026-06-30 23:00:00.001-04:00",
    ],
    counts: [1n, 2n, 2n],
  },
  {
    kind: "local",
    timezone: "Europe/Berlin",
    moment: fiveInBerlin,
    rows: ["2026-07-01 04:59:59.999", "2026-07-01 05:00:00", "2026-07-01 05:00:00.001"],
    counts: [1n, 2n, 2n],
  },
  {
    kind: "date",
    timezone: "Europe/Berlin",
    moment: fiveInBerlin,
    rows: ["2026-06-30", "2026-07-01", "2026-07-02"],
    counts: [1n, 2n, 2n],
  },
  {
    kind: "local",
    timezone: "Pacific/Auckland",
    moment: earlyInAuckland,
    rows: ["2026-01-14 11:30:00", "2026-01-15 00:30:00", "2026-01-15 00:30:00.001"],
    counts: [1n, 2n, 2n],
  },
  {
    kind: "date",
    timezone: "Pacific/Auckland",
    moment: earlyInAuckland,
    rows: ["2026-01-14", "2026-01-15", "2026-01-16"],
    counts: [1n, 2n, 2n],
  },
  {
    kind: "instant",
    timezone: "Europe/Berlin",
    moment: halfPastTwoAgain,
    rows: ["2026-10-25 02:30:00+02:00", "2026-10-25 02:30:00+01:00", "2026-10-25 02:45:00+01:00"],
    counts: [1n, 2n, 2n],
  },
  {
    kind: "instant",
    timezone: "Europe/Berlin",
    moment: halfPastTwo,
    rows: ["2026-10-25 02:15:00+02:00", "2026-10-25 02:30:00+02:00", "2026-10-25 02:15:00+01:00"],
    counts: [1n, 2n, 2n],
  },
];

/** Rows are cast from text, null is NULL; `expected` is what `SqlDialect.gaps` answers, null for no gap. */
export interface GapsCase {
  readonly title: string;
  readonly kind: TimeKind;
  readonly timezone: string;
  readonly rows: readonly (string | null)[];
  /** Only rows after it are looked at. */
  readonly after: ZonedMoment | null;
  readonly longerThanMs: DurationMs;
  readonly maxGaps: number;
  readonly expected: string | null;
}

const hourMs = 3_600_000;
const anyTime = { timezone: "Europe/Berlin", after: null, longerThanMs: hourMs, maxGaps: 100 };

export const gapsCases: readonly GapsCase[] = [
  {
    ...anyTime,
    title: "of instants, equal ones once, without NULL and the infinities",
    kind: "instant",
    rows: [
      "2026-07-01 05:10:00+00:00",
      "2026-07-01 07:00:00+00:00",
      "2026-07-01 05:00:00+00:00",
      "2026-07-01 05:00:00+00:00",
      "2026-07-01 09:00:00+02:00",
      "infinity",
      "-infinity",
      null,
    ],
    expected: ":1782882000000,1782882600000:1782889200000",
  },
  {
    ...anyTime,
    title: "of naive times, read as if in UTC",
    kind: "local",
    rows: [
      "2026-07-01 07:00:00",
      "2026-07-01 05:00:00",
      "2026-07-01 05:10:00",
      "2026-07-01 05:00:00",
      "-infinity",
      "infinity",
      null,
    ],
    expected: ":1782882000000,1782882600000:1782889200000",
  },
  {
    ...anyTime,
    title: "of days",
    kind: "date",
    rows: ["2026-07-04", "2026-06-30", "2026-07-01", "2026-07-04", "infinity", "-infinity", null],
    longerThanMs: 24 * hourMs,
    expected: ":1782777600000,1782864000000:1783123200000",
  },
  {
    ...anyTime,
    title: "longer than the limit by a millisecond, not those of the limit",
    kind: "instant",
    rows: [
      "2026-07-01 00:00:00+00:00",
      "2026-07-01 01:00:00+00:00",
      "2026-07-01 02:00:00.001+00:00",
    ],
    expected: ":1782864000000,1782867600000:1782871200001",
  },
  {
    ...anyTime,
    title: "in whole milliseconds, cut down before 1970 too",
    kind: "instant",
    rows: [
      "1969-12-31 23:59:59.999999+00:00",
      "1970-01-01 00:00:00.000999+00:00",
      "1970-01-01 00:00:00.000001+00:00",
      "1970-01-01 00:00:01.0005+00:00",
    ],
    longerThanMs: 0,
    expected: ":-1,-1:0,0:1000",
  },
  {
    ...anyTime,
    title: "of instants after a moment",
    kind: "instant",
    after: fiveInBerlin,
    rows: [
      "2026-07-01 01:00:00+00:00",
      "2026-07-01 05:00:00+02:00",
      "2026-07-01 03:30:00+00:00",
      "2026-07-01 06:00:00+00:00",
    ],
    expected: ":1782876600000,1782876600000:1782885600000",
  },
  {
    ...anyTime,
    title: "of naive times after a moment",
    kind: "local",
    after: fiveInBerlin,
    rows: ["2026-07-01 03:00:00", "2026-07-01 05:00:00", "2026-07-01 05:00:00.001"],
    expected: ":1782882000001",
  },
  {
    ...anyTime,
    title: "of instants after one in the hour that is repeated in autumn",
    kind: "instant",
    after: halfPastTwo,
    rows: [
      "2026-10-25 00:30:00+00:00",
      "2026-10-25 00:50:00+00:00",
      "2026-10-25 01:10:00+00:00",
      "2026-10-25 01:30:00+00:00",
    ],
    longerThanMs: 30 * 60_000,
    expected: ":1792889400000",
  },
  { ...anyTime, title: "in a table without rows", kind: "instant", rows: [], expected: null },
  { ...anyTime, title: "in a column of NULLs", kind: "date", rows: [null, null], expected: null },
  {
    ...anyTime,
    title: "up to one more than asked for",
    kind: "local",
    rows: ["2026-07-01", "2026-07-02", "2026-07-03", "2026-07-04", "2026-07-05"],
    maxGaps: 2,
    expected: ":1782864000000,1782864000000:1782950400000,1782950400000:1783036800000",
  },
];

/** The text that is cast, in the order of time, and the milliseconds of `SqlDialect.epochMs`. */
export const epochMsCases: Readonly<
  Record<TimeKind, readonly (readonly [text: string, ms: bigint | null])[]>
> = {
  instant: [
    ["-infinity", null],
    ["1969-12-31 23:59:59.999999+00:00", -1n],
    ["2026-07-01 05:00:00.123987+02:00", 1_782_874_800_123n],
    ["9999-12-31 23:59:59.999999+00:00", 253_402_300_799_999n],
    ["infinity", null],
  ],
  local: [
    ["-infinity", null],
    ["0001-01-01 00:00:00", -62_135_596_800_000n],
    ["1969-12-31 23:59:59.999999", -1n],
    ["2026-07-01 05:00:00.123987", 1_782_882_000_123n],
    ["infinity", null],
  ],
  date: [
    ["-infinity", null],
    ["1969-12-31", -86_400_000n],
    ["2026-07-01", 1_782_864_000_000n],
    ["infinity", null],
  ],
};

/** Quarters of an hour, with the number of `SqlDialect.stretch` for each text that is cast, in the order of time. */
export const stretchCases: Readonly<
  Record<TimeKind, readonly (readonly [text: string, stretch: number])[]>
> = {
  instant: [
    ["1969-12-31 23:44:59.999999+00:00", -2],
    ["1969-12-31 23:45:00+00:00", -1],
    ["1970-01-01 00:00:00+00:00", 0],
    ["2026-07-01 05:14:59.999999+02:00", 1_980_972],
    ["2026-07-01 05:15:00+02:00", 1_980_973],
  ],
  local: [
    ["1969-12-31 23:59:59.999999", -1],
    ["1970-01-01 00:14:59.999999", 0],
    ["1970-01-01 00:15:00", 1],
    ["2026-07-01 03:14:59.999999", 1_980_972],
  ],
  date: [
    ["1969-12-31", -96],
    ["1970-01-01", 0],
    ["2026-07-01", 1_980_960],
  ],
};
