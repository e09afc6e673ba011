import { describe, expect, it } from "vitest";
import type { Schedule } from "../../../src/core/mesh.ts";
import { awakeOf, runsPerDay } from "../../../src/engine/cost-plan.ts";

const minute = 60_000;
/** A Monday. */
const monday = Date.UTC(2026, 0, 5);

const every = (everyMs: number, offsetMs = 0) => ({
  schedule: { kind: "every", everyMs } satisfies Schedule,
  offsetMs,
});
const cron = (expression: string, timezone = "UTC") => ({
  schedule: { kind: "cron", expression, timezone } satisfies Schedule,
  offsetMs: 0,
});

describe("runs a day", () => {
  it.each([
    ["every quarter of an hour", every(15 * minute), 96],
    ["every day", every(1_440 * minute), 1],
    ["every three days, with an offset", every(3 * 1_440 * minute, 5 * minute), 9 / 28],
    ["hourly", cron("0 * * * *"), 24],
    ["at six on working days", cron("0 6 * * 1-5", "Europe/Berlin"), 5 / 7],
    ["once a week", cron("0 6 * * 1"), 1 / 7],
  ])("%s", (_, probe, runs) => {
    expect(runsPerDay(probe, monday)).toBeCloseTo(runs, 1);
  });
});

describe("a warehouse that bills the time that it is awake", () => {
  it("is woken once for all that is due at one instant", () => {
    const hourly = [every(60 * minute), every(60 * minute), cron("0 * * * *")];
    expect(awakeOf(hourly, minute, monday)).toEqual({ wakeUps: 24, awakeMs: 24 * minute });
  });

  it("shares due times of schedules of different lengths", () => {
    const probes = [every(15 * minute), every(60 * minute), every(10 * minute)];
    // 96 of each quarter and 144 of each ten minutes, of which 48 are the same.
    expect(awakeOf(probes, minute, monday)).toEqual({ wakeUps: 192, awakeMs: 192 * minute });
  });

  it("stays awake over what follows before it suspends itself", () => {
    const probes = [cron("0 6 * * *"), cron("1 6 * * *"), cron("3 6 * * *")];
    expect(awakeOf(probes, 2 * minute, monday)).toEqual({ wakeUps: 1, awakeMs: 5 * minute });
    expect(awakeOf(probes, minute, monday)).toEqual({ wakeUps: 2, awakeMs: 3 * minute });
  });

  it("never sleeps under a schedule that is as short as that", () => {
    expect(awakeOf([every(minute)], minute, monday).awakeMs / minute).toBeCloseTo(1_440, 0);
  });

  it("is woken on working days only where nothing is due on others", () => {
    expect(awakeOf([cron("0 6 * * 1-5")], minute, monday)).toEqual({
      wakeUps: 5 / 7,
      awakeMs: (5 * minute) / 7,
    });
  });

  it("is not woken by nothing", () => {
    expect(awakeOf([], minute, monday)).toEqual({ wakeUps: 0, awakeMs: 0 });
  });
});
