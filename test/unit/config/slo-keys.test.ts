import { describe, expect, test } from "vitest";
import type { PlannedExclusion } from "../../../src/core/exclusion.ts";
import type { SloWindow } from "../../../src/core/mesh.ts";
import { loadTexts, meshOf, sloIn } from "./load-texts.ts";
import { daemonText } from "./mesh-folder.ts";

const daemon = `${daemonText}calendars:
  uk: { timezone: Europe/London, days: [mon, tue, wed, thu, fri] }
`;

function product(slo: string, checks = "[orders.enough]"): string {
  return `version: 1
product: orders
owner: checkout
datasets:
  orders:
    table: analytics.orders
    schedule: { every: 5m }
    checks:
      enough: { type: volume, min: 1 }
      fresh: { type: freshness, column: loaded_at, max_age: 1h }
      by_seven: { type: freshness, column: loaded_at, by: "07:00" }
      by_noon: { type: freshness, column: loaded_at, by: "12:00" }
slos:
  whole:
    objective: 96%
    checks: ${checks}
    ${slo}
`;
}

describe("a window", () => {
  test.each([
    ["30d", { kind: "rolling", lengthMs: 2_592_000_000 }],
    ["{ calendar: month }", { kind: "calendar", period: "month", timezone: "UTC" }],
    [
      "{ calendar: quarter, timezone: America/Santiago }",
      { kind: "calendar", period: "quarter", timezone: "America/Santiago" },
    ],
  ] as const satisfies readonly (readonly [string, SloWindow])[])("%s", async (text, window) => {
    expect(sloIn(await meshOf([product(`window: ${text}`)]), "orders/whole").window).toEqual(
      window,
    );
  });
});

describe("the day since when it is promised begins", () => {
  test.each([
    ["in UTC", "window: 30d", "2026-10-01T00:00:00.000Z"],
    [
      "in the zone of a calendar window",
      "window: { calendar: quarter, timezone: America/Santiago }",
      "2026-10-01T03:00:00.000Z",
    ],
    [
      "an hour later where the clocks leap over midnight",
      "since: 2026-09-06\n    window: { calendar: day, timezone: America/Santiago }",
      "2026-09-06T04:00:00.000Z",
    ],
  ])("%s", async (_where, text, at) => {
    const keys = text.startsWith("since") ? text : `since: 2026-10-01\n    ${text}`;
    const { sinceMs } = sloIn(await meshOf([product(keys)]), "orders/whole");

    expect(new Date(sinceMs ?? 0).toISOString()).toBe(at);
  });

  test("but an instant is that instant", async () => {
    const keys =
      "since: 2026-10-01T06:00:00+02:00\n    window: { calendar: month, timezone: Asia/Kolkata }";

    expect(sloIn(await meshOf([product(keys)]), "orders/whole").sinceMs).toBe(
      Date.UTC(2026, 9, 1, 4),
    );
  });
});

describe("a budget", () => {
  test.each([
    ["of counts is time", "[orders.enough]", "time"],
    ["of ages and counts is time", "[orders.fresh, orders.enough]", "time"],
    ["of deadlines is deliveries", "[orders.by_seven, orders.by_noon]", "deliveries"],
  ])("%s", async (_what, checks, budgeting) => {
    const derived = sloIn(await meshOf([product("window: 30d", checks)]), "orders/whole");
    const said = await meshOf([product(`window: 30d\n    budgeting: ${budgeting}`, checks)]);

    expect(derived.budgeting).toBe(budgeting);
    expect(sloIn(said, "orders/whole")).toEqual(derived);
  });

  test("of deadlines and ages is refused, with how to split it", async () => {
    const { mesh, told } = await loadTexts([
      product("window: 30d", "[orders.fresh, orders.by_seven, orders.by_noon]"),
    ]);

    expect(mesh).toBeNull();
    expect(told).toEqual([
      "0.product.yaml:16:13: error TM_SLO_MIXED: its checks are not counted in one unit: deliveries are no time (make two SLOs: one over `orders.by_seven` and `orders.by_noon` (deliveries), one over `orders.fresh` (time))",
    ]);
  });

  test("of deadlines that is said to be time is refused", async () => {
    const { told } = await loadTexts([
      product("window: 30d\n    budgeting: time", "[orders.by_seven]"),
    ]);

    expect(told).toEqual([
      "0.product.yaml:18:16: error TM_CONFIG_INVALID: `budgeting: time` does not fit: its checks are counted in deliveries (leave it out, or write `deliveries`)",
    ]);
  });
});

test("labels are carried along", async () => {
  const labels = "labels: { cost_centre: c42, example.com/team: Orders & returns }";
  const mesh = await meshOf([product(`window: 30d\n    ${labels}`)]);

  expect(sloIn(mesh, "orders/whole").labels).toEqual({
    cost_centre: "c42",
    "example.com/team": "Orders & returns",
  });
  expect(sloIn(await meshOf([product("window: 30d")]), "orders/whole").labels).toEqual({});
});

describe("an exclusion", () => {
  async function excluded(exclusion: string, window = "30d"): Promise<readonly PlannedExclusion[]> {
    const slo = `window: ${window}\n    exclusions:\n      - ${exclusion}`;
    return sloIn(await meshOf([product(slo)], daemon), "orders/whole").exclusions;
  }

  async function rangeOf(exclusion: string, window?: string): Promise<readonly [string, string]> {
    const [found] = await excluded(exclusion, window);
    if (found?.span.kind !== "range") {
      throw new Error("not a range");
    }
    const { fromMs, toMs } = found.span;
    return [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  }

  test("takes its time out of the window unless it says that it counts as good", async () => {
    const range = "from: 2026-12-24, to: 2026-12-27, reason: Christmas.";
    const span = {
      kind: "range",
      fromMs: Date.parse("2026-12-24T00:00:00Z"),
      toMs: Date.parse("2026-12-27T00:00:00Z"),
    };

    expect(await excluded(`{ ${range} }`)).toEqual([
      { span, mode: "remove", reason: "Christmas." },
    ]);
    expect(await excluded(`{ ${range}, mode: good }`)).toEqual([
      { span, mode: "good", reason: "Christmas." },
    ]);
  });

  test.each([
    [
      "days begin at midnight in its zone",
      "{ from: 2026-07-01, to: 2026-07-02, timezone: Europe/Berlin, reason: r }",
      ["2026-06-30T22:00:00.000Z", "2026-07-01T22:00:00.000Z"],
    ],
    [
      "days begin at 01:00 where the clocks leap over midnight",
      "{ from: 2026-09-06, to: 2026-09-07, timezone: America/Santiago, reason: r }",
      ["2026-09-06T04:00:00.000Z", "2026-09-07T03:00:00.000Z"],
    ],
    [
      "local times are read in its zone",
      "{ from: 2026-07-01T22:30, to: 2026-07-02T01:00:30, timezone: Asia/Kolkata, reason: r }",
      ["2026-07-01T17:00:00.000Z", "2026-07-01T19:30:30.000Z"],
    ],
    [
      "a local time that exists twice is the first",
      "{ from: 2026-10-25T02:30, to: 2026-10-25T03:00, timezone: Europe/Berlin, reason: r }",
      ["2026-10-25T00:30:00.000Z", "2026-10-25T02:00:00.000Z"],
    ],
    [
      "a local time that does not exist is as far after the gap",
      "{ from: 2026-03-29T02:30, to: 2026-03-29T04:00, timezone: Europe/Berlin, reason: r }",
      ["2026-03-29T01:30:00.000Z", "2026-03-29T02:00:00.000Z"],
    ],
    [
      "instants need no zone",
      "{ from: 2026-07-01T00:00:00Z, to: 2026-07-01T03:00:00+02:00, timezone: Asia/Kolkata, reason: r }",
      ["2026-07-01T00:00:00.000Z", "2026-07-01T01:00:00.000Z"],
    ],
  ])("of a range: %s", async (_what, exclusion, range) => {
    expect(await rangeOf(exclusion)).toEqual(range);
  });

  test("is read in the zone of a calendar window where it names none", async () => {
    const range = "{ from: 2026-07-01, to: 2026-07-02, reason: r }";

    expect(await rangeOf(range, "{ calendar: month, timezone: Europe/Berlin }")).toEqual([
      "2026-06-30T22:00:00.000Z",
      "2026-07-01T22:00:00.000Z",
    ]);
    expect(await rangeOf(range)).toEqual(["2026-07-01T00:00:00.000Z", "2026-07-02T00:00:00.000Z"]);
  });

  test.each([
    ["2026-03-01T02:00", "2026-03-01T02:00:00"],
    ["2026-03-01T02:00:30", "2026-03-01T02:00:30"],
    ["2026-03-01", "2026-03-01T00:00:00"],
  ])("that recurs from %s starts at %s", async (start, local) => {
    const rule = `rrule: "FREQ=WEEKLY;BYDAY=SU", duration: 2h, timezone: Europe/Berlin`;

    expect(await excluded(`{ start: ${start}, ${rule}, reason: Maintenance. }`)).toEqual([
      {
        span: {
          kind: "recurring",
          start: local,
          timezone: "Europe/Berlin",
          rule: "FREQ=WEEKLY;BYDAY=SU",
          durationMs: 7_200_000,
        },
        mode: "remove",
        reason: "Maintenance.",
      },
    ]);
  });

  test.each([
    ["its own zone", "", "Europe/London"],
    ["the zone that is said", ", timezone: Europe/Berlin", "Europe/Berlin"],
  ])("of the days that are not in a calendar is in %s", async (_what, zone, timezone) => {
    const [found] = await excluded(`{ calendar: uk${zone}, reason: Nobody works. }`);

    expect(found?.span).toEqual({
      kind: "calendar",
      timezone,
      calendar: {
        name: "uk",
        timezone: "Europe/London",
        days: new Set([1, 2, 3, 4, 5]),
        holidays: new Set(),
        validUntil: null,
      },
    });
  });

  test("stands beside others, in the order of the file", async () => {
    const exclusions = await excluded(
      "{ calendar: uk, reason: First. }\n      - { from: 2026-12-24, to: 2026-12-27, reason: Second. }",
    );

    expect(exclusions.map(({ reason }) => reason)).toEqual(["First.", "Second."]);
  });
});
