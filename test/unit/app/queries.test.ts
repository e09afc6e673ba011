import { describe, expect, test } from "vitest";
import { queriesOf } from "../../../src/app/queries.ts";
import { meshOf } from "../config/load-texts.ts";
import { daemonText } from "../config/mesh-folder.ts";

const daemon = `${daemonText}calendars:
  weekdays: { timezone: Europe/Berlin, days: [mon, tue, wed, thu, fri] }
`;

const product = `version: 1
product: orders
owner: checkout
datasets:
  orders:
    table: analytics.orders
    timezone: Europe/Berlin
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1h }
      each_day: { type: volume, column: day, window: 1d, complete: true, calendar: weekdays, min: 1 }
`;

async function plannedAt(instant: string) {
  const [queries] = queriesOf(await meshOf([product], daemon), [], {
    now: () => Date.parse(instant),
    monotonicMs: () => 0,
  });
  return queries;
}

describe("the statements that would run", () => {
  test("leave out what is settled without measuring, and say why", async () => {
    const monday = await plannedAt("2026-03-02T12:00:00Z");

    expect(monday).toMatchObject({
      checkIds: ["orders/orders/fresh", "orders/orders/each_day"],
      settled: [
        {
          checkId: "orders/orders/each_day",
          reason: "2026-03-01 is not in the calendar weekdays; no rows are expected.",
        },
      ],
      statements: [expect.stringContaining('max("loaded_at")')],
    });
    expect(monday?.statements.join()).not.toContain("count(*)");
  });

  test("have all that is judged", async () => {
    const tuesday = await plannedAt("2026-03-03T12:00:00Z");

    expect(tuesday?.settled).toEqual([]);
    expect(tuesday?.statements.join()).toContain("count(*)");
  });
});
