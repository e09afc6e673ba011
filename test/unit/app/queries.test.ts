import { describe, expect, test } from "vitest";
import { postgres } from "../../../connectors/postgres/index.ts";
import { queriesOf } from "../../../src/app/queries.ts";
import type { ConnectorSpec } from "../../../src/core/connector.ts";
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

/** What is asked on a Postgres that is said to know when a table last changed. */
function askedOf(checks: string) {
  const text = `${product.slice(0, product.indexOf("    checks:"))}    checks:\n${checks}`;
  const statistics = ["rows", "lastChange"] as const;
  const telling = { ...postgres, capabilities: { ...postgres.capabilities, statistics } };
  const connectors = new Map<string, ConnectorSpec>([["postgres", telling]]);
  const clock = { now: () => Date.parse("2026-03-03T12:00:00Z"), monotonicMs: () => 0 };
  return meshOf([text], daemon).then((mesh) => queriesOf(mesh, [], clock, connectors)[0]);
}

describe("the metadata that would be asked", () => {
  test("are asked before the column is read, which they may spare", async () => {
    const asked = await askedOf(
      "      fresh: { type: freshness, column: loaded_at, max_age: 1h }\n",
    );
    expect(asked).toMatchObject({
      asksMetadata: true,
      mayStand: ["orders/orders/fresh"],
      statements: ['select max("loaded_at") as m0 from "analytics"."orders"'],
    });
  });

  test("are not asked where the column is to be read each time", async () => {
    const asked = await askedOf(
      "      fresh: { type: freshness, column: loaded_at, max_age: 1h, source: column }\n",
    );
    expect(asked).toMatchObject({ asksMetadata: false, mayStand: [] });
  });

  test("are all that an estimate of rows asks for", async () => {
    const asked = await askedOf("      enough: { type: volume, min: 1, rows: estimate }\n");
    expect(asked).toMatchObject({ asksMetadata: true, mayStand: [], statements: [] });
  });
});

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
