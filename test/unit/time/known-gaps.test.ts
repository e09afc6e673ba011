import { Cron } from "croner";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KnownGaps } from "../../../src/time/known-gaps.ts";

function cron(expression: string, timezone: string): Cron {
  return new Cron(expression, {
    timezone,
    mode: "5-part",
    paused: true,
    fixedTimeRule: "no-wildcard",
  });
}

const expressions = ["*/15 * * * *", "30 2 * * *", "15,45 1-3 * * *", "0 0 * * 1-5", "0 6 1 * *"];

/** Each with an instant three days before its clocks change. */
const changes: readonly (readonly [string, number])[] = [
  ["Europe/Berlin", Date.UTC(2026, 2, 26)],
  ["Europe/Berlin", Date.UTC(2026, 9, 22)],
  ["America/Santiago", Date.UTC(2026, 8, 3)],
  ["Australia/Lord_Howe", Date.UTC(2026, 3, 1)],
  ["UTC", Date.UTC(2026, 1, 27)],
];

describe("known gaps", () => {
  it("answer as croner does, whatever was asked before", () => {
    const asked = fc.record({
      expression: fc.constantFrom(...expressions),
      change: fc.constantFrom(...changes),
      questions: fc.array(
        fc.record({
          isNext: fc.boolean(),
          afterMs: fc.oneof(
            fc.integer({ min: 0, max: 6 * 86_400_000 }),
            fc.integer({ min: 0, max: 24 * 24 }).map((quarter) => quarter * 900_000),
          ),
        }),
        { minLength: 2, maxLength: 30 },
      ),
    });
    fc.assert(
      fc.property(asked, ({ expression, change: [timezone, startMs], questions }) => {
        const bare = cron(expression, timezone);
        const gaps = new KnownGaps(cron(expression, timezone));
        for (const { isNext, afterMs } of questions) {
          const ms = startMs + afterMs;
          const [answer, expected] = isNext
            ? [gaps.next(ms), bare.nextRun(new Date(ms))]
            : [gaps.previous(ms), bare.previousRuns(1, new Date(ms + 1))[0]];
          expect([isNext, ms, answer]).toEqual([isNext, ms, expected?.getTime()]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("say null after the last occurrence", () => {
    const past = new Cron("0 0 1 1 *", { stopAt: "2020-01-02T00:00:00Z", paused: true });
    expect(new KnownGaps(past).next(Date.UTC(2026, 0, 1))).toBeNull();
  });
});
