import * as fc from "fast-check";
import type { ExcludedTime } from "../../../src/core/exclusion.ts";
import type { TimelineObservation } from "../../../src/core/timeline.ts";
import { outcomes } from "../../../src/core/vocabulary.ts";
import type { SloTerms } from "../../../src/slo/evaluate.ts";
import { midnight, minute, record } from "./builders.ts";

/** Within two days, to the minute. */
export const instant = fc.integer({ min: 0, max: 2 * 24 * 60 }).map((at) => midnight + at * minute);

export const observation: fc.Arbitrary<TimelineObservation> = fc.record({
  atMs: instant,
  outcome: fc.constantFrom(...outcomes),
  holdMs: fc.integer({ min: 0, max: 240 }).map((length) => length * minute),
});

export const history = fc
  .array(observation, { maxLength: 40 })
  .map((all) => all.sort((a, b) => a.atMs - b.atMs));

export const checks = fc
  .array(history, { maxLength: 4 })
  .map((all) => all.map((seen, index) => ({ name: `check-${index}`, runs: record(seen) })));

/** In any order, overlapping, and some that end before they begin. */
export const exclusions: fc.Arbitrary<readonly ExcludedTime[]> = fc.array(
  fc.record({
    fromMs: instant,
    toMs: instant,
    mode: fc.constantFrom("remove" as const, "good" as const),
  }),
  { maxLength: 6 },
);

const window: fc.Arbitrary<SloTerms["window"]> = fc.oneof(
  fc.record({
    kind: fc.constant("rolling" as const),
    lengthMs: fc.integer({ min: 1, max: 3 * 24 * 60 }).map((length) => length * minute),
  }),
  fc.record({
    kind: fc.constant("calendar" as const),
    period: fc.constantFrom("day" as const, "week" as const),
    timezone: fc.constantFrom("UTC", "Asia/Kolkata", "America/Santiago"),
  }),
);

export const terms: fc.Arbitrary<SloTerms> = fc.record({
  objectivePpm: fc.integer({ min: 1, max: 999_999 }),
  window,
  unknown: fc.constantFrom("ignore", "good", "bad"),
  coverageFloorPpm: fc.integer({ min: 0, max: 1_000_000 }),
});
