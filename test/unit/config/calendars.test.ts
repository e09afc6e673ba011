import { describe, expect, test } from "vitest";
import { checkIn, loadTexts, meshOf } from "./load-texts.ts";
import { daemonText } from "./mesh-folder.ts";

function daemonWith(calendar: string): string {
  return `${daemonText}calendars:\n  uk: ${calendar}\n`;
}

/** A product whose deliveries are due on the days of the calendar. */
function product(check = "calendar: uk"): string {
  return `version: 1
product: orders
owner: checkout
datasets:
  orders:
    table: analytics.orders
    checks:
      by_seven: { type: freshness, column: loaded_at, by: "07:00", ${check} }
`;
}

test("a calendar is compiled as declared", async () => {
  const { calendars } = await meshOf(
    [product()],
    daemonWith(
      "{ timezone: Europe/London, days: [mon, sun], holidays: [2026-12-25, 2026-12-28], valid_until: 2027-12-31 }",
    ),
  );

  expect([...calendars]).toEqual([
    [
      "uk",
      {
        name: "uk",
        timezone: "Europe/London",
        days: new Set([1, 7]),
        holidays: new Set(["2026-12-25", "2026-12-28"]),
        validUntil: "2027-12-31",
      },
    ],
  ]);
});

test("one that says nothing is every day in UTC, for ever", async () => {
  const { calendars } = await meshOf([product()], daemonWith("{}"));

  expect(calendars.get("uk")).toEqual({
    name: "uk",
    timezone: "UTC",
    days: new Set([1, 2, 3, 4, 5, 6, 7]),
    holidays: new Set(),
    validUntil: null,
  });
});

test("a check goes by the calendar that it names", async () => {
  const mesh = await meshOf([product()], daemonWith("{ timezone: Europe/London, days: [mon] }"));
  const check = checkIn(mesh, "orders/orders/by_seven");

  expect(check.calendar).toBe(mesh.calendars.get("uk"));
  expect(check.sli).toEqual({
    kind: "deadline",
    by: "07:00",
    timezone: "Europe/London",
    calendar: mesh.calendars.get("uk"),
    opensMs: null,
  });
});

test("next year's holidays are no other promise", async () => {
  const generation = async (calendar: string, check?: string): Promise<string> =>
    checkIn(await meshOf([product(check)], daemonWith(calendar)), "orders/orders/by_seven")
      .generation;
  const before = await generation("{ holidays: [2026-12-25], valid_until: 2026-12-31 }");

  expect(await generation("{ holidays: [2027-12-27], valid_until: 2027-12-31 }")).toBe(before);
  expect(await generation("{}", "opens: 2h")).not.toBe(before);
});

describe("the end of a calendar", () => {
  const until = (day: string, timezone = "UTC"): string =>
    daemonWith(`{ timezone: ${timezone}, holidays: [2026-01-01], valid_until: ${day} }`);
  const at = (iso: string): { now(): number } => ({ now: () => Date.parse(iso) });
  const toldOf = async (
    daemon: string,
    iso: string,
    products = [product()],
  ): Promise<readonly string[]> => (await loadTexts(products, daemon, at(iso))).told;

  const ended =
    "tidemark.yaml:11:61: error TM_CONFIG_CALENDAR_EXPIRED: the calendar `uk` ended with 2026-03-31, and is used (add the holidays that follow, and move `valid_until` on)";
  const ending =
    "tidemark.yaml:11:61: warning TM_CONFIG_CALENDAR_EXPIRED: the calendar `uk` ends with 2026-03-31, in less than 30 days (add the holidays that follow, and move `valid_until` on)";

  test.each([
    ["more than thirty days before", "2026-03-01T23:59:59.999Z", []],
    ["thirty days before", "2026-03-02T00:00:00Z", [ending]],
    ["in its last millisecond", "2026-03-31T23:59:59.999Z", [ending]],
    ["at its end", "2026-04-01T00:00:00Z", [ended]],
  ])("%s", async (_when, iso, told) => {
    expect(await toldOf(until("2026-03-31"), iso)).toEqual(told);
  });

  test("comes with the end of the local day", async () => {
    const daemon = until("2026-03-31", "Europe/London");

    expect(await toldOf(daemon, "2026-03-31T22:59:59.999Z")).toEqual([
      ending.replace(":61:", ":71:"),
    ]);
    expect(await toldOf(daemon, "2026-03-31T23:00:00Z")).toEqual([ended.replace(":61:", ":71:")]);
  });

  test("an ended calendar still makes a mesh, so that the rest is watched", async () => {
    const { mesh } = await loadTexts([product()], until("2026-03-31"), at("2027-01-01T00:00:00Z"));

    expect(mesh?.checks.get("orders/orders/by_seven")?.calendar?.validUntil).toBe("2026-03-31");
  });

  test("is not told of one that nothing goes by", async () => {
    const idle = product("calendar: uk, enabled: false, reason: Not yet.");
    const other = product("opens: 2h");

    expect(await toldOf(until("2026-03-31"), "2027-01-01T00:00:00Z", [other])).toEqual([]);
    expect(await toldOf(until("2026-03-31"), "2027-01-01T00:00:00Z", [idle])).toEqual([]);
  });

  test("is told of one that an exclusion goes by", async () => {
    const excluding = `${product("opens: 2h")}slos:
  on_time:
    objective: 90%
    window: 90d
    checks: [orders.by_seven]
    exclusions: [{ calendar: uk, reason: Nobody works. }]
`;

    expect(await toldOf(until("2026-03-31"), "2027-01-01T00:00:00Z", [excluding])).toEqual([ended]);
  });
});
