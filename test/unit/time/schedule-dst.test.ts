import { describe, expect, it } from "vitest";
import type { Schedule } from "../../../src/core/mesh.ts";
import { nextDue } from "../../../src/time/schedule.ts";
import { dayEnd, dayStart, zonedMoment } from "../../../src/time/zone.ts";

function dueOn(day: string, expression: string, timezone: string): readonly string[] {
  const schedule: Schedule = { kind: "cron", expression, timezone };
  const endMs = dayEnd(day, timezone) ?? 0;
  const due: string[] = [];
  let dueMs = nextDue(schedule, 0, (dayStart(day, timezone) ?? 0) - 1);
  while (dueMs < endMs) {
    const { local, offset } = zonedMoment(dueMs, timezone);
    due.push(`${local.slice(11, 16)}${offset}`);
    dueMs = nextDue(schedule, 0, dueMs);
  }
  return due;
}

/** The local days of the five months in which these zones change their clocks. */
const days = [2, 3, 8, 9, 10].flatMap((month) =>
  Array.from({ length: new Date(Date.UTC(2026, month + 1, 0)).getUTCDate() }, (_, index) =>
    new Date(Date.UTC(2026, month, index + 1)).toISOString().slice(0, 10),
  ),
);

/** Those days with the number of due times on each, the days with the usual number left out. */
function oddDays(expression: string, timezone: string, usual: number): Record<string, number> {
  const odd: Record<string, number> = {};
  for (const day of days) {
    const count = dueOn(day, expression, timezone).length;
    if (count !== usual) {
      odd[day] = count;
    }
  }
  return odd;
}

const zones = [
  "Europe/Berlin",
  "America/New_York",
  "America/Santiago",
  "Australia/Lord_Howe",
  "Asia/Kolkata",
];

describe("a cron expression of a time of day", () => {
  it.each(zones)(
    "is due once on every local day in %s, even within the change of clocks",
    (zone) => {
      for (const expression of ["0 0 * * *", "45 1 * * *", "15 2 * * *", "30 2 * * *"]) {
        expect([expression, oddDays(expression, zone, 1)]).toEqual([expression, {}]);
      }
    },
  );

  it.each([
    ["Europe/Berlin", "2026-03-29", "30 2 * * *", ["03:00+02:00"]],
    ["America/New_York", "2026-03-08", "30 2 * * *", ["03:00-04:00"]],
    ["America/Santiago", "2026-09-06", "0 0 * * *", ["01:00-03:00"]],
    ["Australia/Lord_Howe", "2026-10-04", "15 2 * * *", ["02:30+11:00"]],
  ])("in %s is due at the end of the gap of %s", (zone, day, expression, due) => {
    expect(dueOn(day, expression, zone)).toEqual(due);
  });

  it.each([
    ["Europe/Berlin", "2026-10-25", "30 2 * * *", ["02:30+02:00"]],
    ["America/New_York", "2026-11-01", "30 1 * * *", ["01:30-04:00"]],
    ["America/Santiago", "2026-04-04", "30 23 * * *", ["23:30-03:00"]],
    ["Australia/Lord_Howe", "2026-04-05", "45 1 * * *", ["01:45+11:00"]],
  ])("in %s is due at the first of two times of %s", (zone, day, expression, due) => {
    expect(dueOn(day, expression, zone)).toEqual(due);
  });

  it("joins several times that lie in the gap into one at its end", () => {
    expect(dueOn("2026-03-29", "0,30 2 * * *", "Europe/Berlin")).toEqual(["03:00+02:00"]);
    expect(dueOn("2026-03-29", "30 1,2 * * *", "Europe/Berlin")).toEqual([
      "01:30+01:00",
      "03:00+02:00",
    ]);
  });
});

describe("a cron expression of an interval", () => {
  it.each([
    ["Europe/Berlin", { "2026-03-29": 92, "2026-10-25": 100 }],
    ["America/New_York", { "2026-03-08": 92, "2026-11-01": 100 }],
    ["America/Santiago", { "2026-04-04": 100, "2026-09-06": 92 }],
    ["Australia/Lord_Howe", { "2026-04-05": 98, "2026-10-04": 94 }],
    ["Asia/Kolkata", {}],
  ])("in %s is due as often as it fits into the day", (zone, odd) => {
    expect(oddDays("*/15 * * * *", zone, 96)).toEqual(odd);
  });

  it("keeps its distance through both hours that exist twice", () => {
    expect(dueOn("2026-10-25", "*/30 2 * * *", "Europe/Berlin")).toEqual([
      "02:00+02:00",
      "02:30+02:00",
      "02:00+01:00",
      "02:30+01:00",
    ]);
  });

  it("leaves out the hour that the clocks leap over", () => {
    expect(dueOn("2026-03-29", "*/30 1-3 * * *", "Europe/Berlin")).toEqual([
      "01:00+01:00",
      "01:30+01:00",
      "03:00+02:00",
      "03:30+02:00",
    ]);
  });
});
