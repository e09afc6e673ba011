import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { DeadlineSli } from "../../../src/core/sli.ts";
import type { TimelineObservation } from "../../../src/core/timeline.ts";
import { intervalsOf } from "../../../src/slo/timeline.ts";
import { periodAt } from "../../../src/time/period.ts";
import { day, hour, minute } from "./builders.ts";
import { followed, freshnessSli, judged, sighted } from "./folds.ts";

/** The vectors that the folds decide, straight from observations to states, without the evaluator around them. */
const instant = z.iso.datetime().transform((text) => Date.parse(text));

const units: Readonly<Record<string, number>> = { m: minute, h: hour, d: day };

/** `2h45m`. */
const duration = z
  .string()
  .transform((text) =>
    [...text.matchAll(/(\d+)([mhd])/g)].reduce(
      (sum, [, length = "", unit = ""]) => sum + Number(length) * (units[unit] ?? Number.NaN),
      0,
    ),
  );

const observation = z
  .object({
    at: instant,
    outcome: z.enum(["pass", "warn", "fail", "error", "skip"]),
    newest: instant.optional(),
    loads: z.array(instant).optional(),
  })
  .transform(({ at, outcome, newest, loads }) => ({
    atMs: at,
    outcome,
    ...(newest !== undefined && { newestMs: newest }),
    ...(loads !== undefined && { loads: { instants: loads, isComplete: true } }),
  }));

const vectors = z
  .object({
    vectors: z.array(
      z.object({
        name: z.string(),
        why: z.string(),
        scenario: z.object({ slo: z.looseObject({ kind: z.string().optional() }) }).loose(),
        expected: z.unknown(),
      }),
    ),
  })
  .parse(
    JSON.parse(readFileSync(new URL("../../vectors/slo.json", import.meta.url), "utf8")),
  ).vectors;

const freshness = z.object({
  scenario: z.object({
    slo: z.object({ window: duration, hold: duration, max_age: duration }),
    now: instant,
    observations: z.array(observation),
  }),
  expected: z.object({
    good_seconds: z.number(),
    bad_seconds: z.number(),
    unknown_seconds: z.number(),
  }),
});

const deadline = z.object({
  scenario: z.object({
    slo: z.object({
      window: z.union([duration, z.object({ calendar: z.literal("month"), timezone: z.string() })]),
      by: z.string(),
      timezone: z.string(),
      calendar: z.object({ holidays: z.array(z.string()) }).optional(),
    }),
    now: instant,
    observations: z.array(observation),
  }),
  expected: z.object({
    good_events: z.number(),
    bad_events: z.number(),
    unknown_events: z.number(),
  }),
});

function ofKind(kind: string) {
  return vectors.filter(({ scenario }) => scenario.slo.kind === kind);
}

function held(
  observations: readonly Omit<TimelineObservation, "holdMs">[],
  holdMs: number,
): readonly TimelineObservation[] {
  return observations.map((seen) => ({ ...seen, holdMs }));
}

describe("the vectors of freshness", () => {
  it("are nine", () => {
    expect(ofKind("freshness")).toHaveLength(9);
  });

  it.each(ofKind("freshness"))("$name: $why", (vector) => {
    const { scenario, expected } = freshness.parse(vector);
    const { slo, now } = scenario;
    const observations = held(scenario.observations, slo.hold);
    const runs = followed(observations, freshnessSli(slo.max_age));
    const sums = { good: 0, bad: 0, unknown: 0, excluded: 0 };
    for (const { fromMs, toMs, state } of intervalsOf(runs, now - slo.window, now)) {
      sums[state] += (toMs - fromMs) / 1_000;
    }
    expect(sums).toEqual({
      good: expected.good_seconds,
      bad: expected.bad_seconds,
      unknown: expected.unknown_seconds,
      excluded: 0,
    });
  });
});

describe("the vectors of deadlines", () => {
  it("are two", () => {
    expect(ofKind("deadline")).toHaveLength(2);
  });

  it.each(ofKind("deadline"))("$name: $why", (vector) => {
    const { scenario, expected } = deadline.parse(vector);
    const { by, timezone, calendar, window } = scenario.slo;
    const sli: DeadlineSli = {
      kind: "deadline",
      by,
      timezone,
      opensMs: null,
      calendar:
        calendar === undefined
          ? null
          : {
              name: "calendar",
              timezone,
              days: new Set([1, 2, 3, 4, 5, 6, 7]),
              holidays: new Set(calendar.holidays),
              validUntil: null,
            },
    };
    const { fromMs, toMs } =
      typeof window === "number"
        ? { fromMs: scenario.now - window, toMs: scenario.now }
        : periodAt(window.calendar, window.timezone, scenario.now);
    const states = judged(sli, sighted(held(scenario.observations, 0), sli), fromMs, toMs);
    const counted = (state: string) => states.split(" ").filter((each) => each === state).length;
    expect({
      good_events: counted("good"),
      bad_events: counted("bad"),
      unknown_events: counted("unknown"),
    }).toEqual({
      good_events: expected.good_events,
      bad_events: expected.bad_events,
      unknown_events: expected.unknown_events,
    });
  });
});
