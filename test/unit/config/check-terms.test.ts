import { describe, expect, test } from "vitest";
import type { Check } from "../../../src/core/mesh.ts";
import { checkIn, loadTexts, meshOf } from "./load-texts.ts";
import { daemonText } from "./mesh-folder.ts";

const daemon = `${daemonText}calendars:
  uk: { timezone: Europe/London, days: [mon, tue, wed, thu, fri] }
`;

function product(check: string, dataset = "timezone: UTC"): string {
  return `version: 1
product: orders
owner: checkout
datasets:
  orders:
    table: analytics.orders
    ${dataset}
    checks:
      it: { ${check} }
`;
}

async function checkOf(check: string, dataset?: string): Promise<Check> {
  return checkIn(await meshOf([product(check, dataset)], daemon), "orders/orders/it");
}

describe("how a check's results become good and bad", () => {
  test.each([
    ["a count is held", "type: volume, min: 1", { kind: "state" }],
    [
      "an age is reckoned from load times",
      "type: freshness, column: loaded_at, max_age: 1h",
      { kind: "freshness", maxAgeMs: 3_600_000, time: "load", visibilityDelayMs: 2_000 },
    ],
    [
      "an age of events is too, with less that they prove",
      "type: freshness, column: at, fail: { max_age: 2h }, time: event, visibility_delay: 30s",
      { kind: "freshness", maxAgeMs: 7_200_000, time: "event", visibilityDelayMs: 30_000 },
    ],
    [
      "a deadline is one event for each delivery",
      'type: freshness, column: loaded_at, by: "07:00", opens: 2h, timezone: Asia/Kolkata',
      {
        kind: "deadline",
        by: "07:00",
        timezone: "Asia/Kolkata",
        calendar: null,
        opensMs: 7_200_000,
      },
    ],
    [
      "what only warns is held, whatever the data says",
      "type: freshness, column: loaded_at, max_age: 1h, severity: warn",
      { kind: "state" },
    ],
    [
      "an age that only a warning limits is held",
      "type: freshness, column: loaded_at, warn: { max_age: 1h }",
      { kind: "state" },
    ],
  ])("%s", async (_what, check, sli) => {
    expect((await checkOf(check)).sli).toEqual(sli);
  });

  test.each([
    ["the check's zone first", "calendar: uk, timezone: Asia/Kolkata", "Asia/Kolkata"],
    ["then that of its calendar", "calendar: uk", "Europe/London"],
    ["then that of its dataset", "opens: 2h", "Europe/Berlin"],
  ])("a deadline is read in %s", async (_what, keys, timezone) => {
    const check = await checkOf(
      `type: freshness, column: loaded_at, by: "07:00", ${keys}`,
      "timezone: Europe/Berlin",
    );

    expect(check.sli).toMatchObject({ kind: "deadline", timezone });
  });
});

describe("when a check falls due", () => {
  const fresh = "type: freshness, column: loaded_at, max_age: 1h";
  const complete =
    "type: volume, column: ordered_at, window: 1d, complete: true, delay: 2h, min: 1";

  test.each([
    [
      "its own schedule",
      `${fresh}, schedule: { every: 5m }`,
      "schedule: { every: 10m }",
      { kind: "every", everyMs: 300_000 },
    ],
    ["its dataset's", fresh, "schedule: { every: 10m }", { kind: "every", everyMs: 600_000 }],
    ["every hour unless said", fresh, "timezone: UTC", { kind: "every", everyMs: 3_600_000 }],
    [
      "at least so often where only the data says when",
      `${fresh}, schedule: { just_in_time: true, at_least_every: 1d }`,
      "timezone: UTC",
      { kind: "every", everyMs: 86_400_000 },
    ],
    [
      "so too with all checks of its dataset",
      fresh,
      "schedule: { just_in_time: true, at_least_every: 12h }",
      { kind: "every", everyMs: 43_200_000 },
    ],
    [
      "once after each whole day that is judged, and not with its dataset",
      complete,
      "timezone: Europe/Berlin\n    schedule: { every: 10m }",
      { kind: "cron", expression: "0 2 * * *", timezone: "Europe/Berlin" },
    ],
  ])("%s", async (_what, check, dataset, schedule) => {
    expect((await checkOf(check, dataset)).schedule).toEqual(schedule);
  });

  test("a dataset is looked at just in time when one of its checks can be", async () => {
    const jit = "schedule: { just_in_time: true, at_least_every: 1d }";
    const counts = product("type: volume, min: 1", jit);
    const both = `${counts}      fresh: { ${fresh} }\n`;
    const warning = `${counts}      fresh: { ${fresh}, severity: warn }\n`;

    expect((await loadTexts([both])).told).toEqual([]);
    expect((await loadTexts([counts])).mesh).toBeNull();
    expect((await loadTexts([warning])).told).toEqual([
      "0.product.yaml:7:17: error TM_CONFIG_SCHEDULE: `just_in_time` is for freshness that can fail, and `orders` has no such check (give `every` or `cron`)",
    ]);
  });
});

describe("a generation", () => {
  const generationOf = async (check: string): Promise<string> => (await checkOf(check)).generation;

  test("is that of the promise, however it is written", async () => {
    const short = await generationOf("type: freshness, column: loaded_at, max_age: 1h");

    expect(await generationOf("type: freshness, column: loaded_at, fail: { max_age: 60m }")).toBe(
      short,
    );
    expect(
      await generationOf("type: freshness, column: loaded_at, max_age: 1h, visibility_delay: 10s"),
    ).toBe(short);
    expect(
      await generationOf("type: freshness, column: loaded_at, max_age: 1h, history: append_only"),
    ).not.toBe(short);
  });

  test("ends when another calendar is named", async () => {
    const by = 'type: freshness, column: loaded_at, by: "07:00"';

    expect(await generationOf(`${by}, calendar: uk`)).not.toBe(await generationOf(by));
  });
});
