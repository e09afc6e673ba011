import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ApiStage,
  addResult,
  fillStore,
  hourMs,
  incident,
  type Json,
  minuteMs,
  noonMs,
} from "./stage.ts";

let stage: ApiStage;

beforeEach(async () => {
  stage = await ApiStage.start();
});
afterEach(() => stage[Symbol.asyncDispose]());

/** The items of a list; throws when it was refused. */
async function items(path: string): Promise<readonly Json[]> {
  const { status, body } = await stage.get(path);
  expect(status).toBe(200);
  return body["items"] as readonly Json[];
}

const namesIn = async (path: string) => (await items(path)).map(({ name }) => name);
const idsIn = async (path: string) => (await items(path)).map(({ id }) => id);

describe("/api/v1/products", () => {
  it.each([
    ["", ["orders", "visits"]],
    ["?owner=checkout", ["orders"]],
    ["?tier=silver", ["visits"]],
    ["?domain=sales", ["orders"]],
    ["?product=visits", ["visits"]],
    ["?owner=checkout&tier=silver", []],
    ["?owner=nobody", []],
  ])("lists by name what %j asks for", async (query, names) => {
    expect(await namesIn(`/api/v1/products${query}`)).toEqual(names);
  });

  it("says null, and no 0, of a product that nothing is known of", async () => {
    const { body } = await stage.get("/api/v1/products/visits");
    expect(body).toMatchObject({
      domain: null,
      description: null,
      check_states: { good: 0, bad: 0, unknown: 1, disabled: 0 },
      incidents: [],
      datasets: [{ checks: [{ state: "unknown", last_conclusive_at: null, last_result: null }] }],
    });
  });

  it("tells a disabled check from one that is unknown, with the reason", async () => {
    const { body } = await stage.get("/api/v1/products/orders");
    expect(body).toMatchObject({
      check_states: { good: 1, bad: 1, unknown: 0, disabled: 1 },
      datasets: [{ checks: [{}, {}, { name: "shape", disabled_reason: "Being moved." }] }],
    });
  });

  it("takes the time of the answer for the state, not that of the last result", async () => {
    await using later = await ApiStage.start(async (store) => {
      await addResult(store, { atMs: noonMs - hourMs });
    });
    const { body } = await later.get("/api/v1/products/orders");
    expect(body).toMatchObject({
      datasets: [
        { checks: [{ state: "unknown", last_conclusive_at: "2026-01-05T11:00:00.000Z" }, {}, {}] },
      ],
    });
  });
});

describe("/api/v1/slos", () => {
  it.each([
    ["", ["orders/fresh", "orders/whole", "visits/enough"]],
    ["?owner=web", ["visits/enough"]],
    ["?tier=gold&domain=sales", ["orders/fresh", "orders/whole"]],
    ["?product=orders", ["orders/fresh", "orders/whole"]],
    ["?product=orders%2Ffresh", []],
  ])("lists by id what %j asks for", async (query, ids) => {
    expect(await idsIn(`/api/v1/slos${query}`)).toEqual(ids);
  });

  it("says null of the SLI and of burn rates that are frozen, and how far apart the bounds are", async () => {
    const { body } = await stage.get("/api/v1/slos/visits/enough");
    expect(body).toMatchObject({
      state: "unknown",
      sli: null,
      sli_bounds: [0, 1],
      coverage: 0,
      budget: { remaining: 1, remaining_lower: -9 },
      forecast: { exhausted_at: null },
    });
    expect(body["burn_rates"]).toContainEqual({
      window: "1h",
      error_ratio: null,
      burn_rate: null,
      coverage: 0,
      frozen: true,
    });
  });

  it("divides the blame between the checks", async () => {
    const { body } = await stage.get("/api/v1/slos/orders/whole");
    expect(body["blame"]).toEqual([
      { check: "orders/orders/fresh", bad_seconds: 1800 },
      { check: "orders/orders/enough", bad_seconds: 3600 },
    ]);
  });

  it("says what is excused, how, by whom and why, also when it was ended early", async () => {
    await using excused = await ApiStage.start(async (store) => {
      await fillStore(store);
      await store.exclusions.add({
        id: "exc-2",
        target: "orders",
        fromMs: noonMs - 30 * minuteMs,
        toMs: null,
        mode: "remove",
        reason: "Migration.",
        author: "ana",
        createdMs: noonMs - 30 * minuteMs,
        endedMs: null,
        endedBy: null,
        withdrawal: null,
      });
      await store.exclusions.end("exc-2", noonMs - 20 * minuteMs, "li");
    });
    const { body } = await excused.get("/api/v1/slos/orders/whole");
    expect(body).toMatchObject({ excluded_seconds: 600 });
    expect(body["exclusions"]).toEqual([
      {
        source: "command",
        id: "exc-2",
        mode: "remove",
        from: "2026-01-05T11:30:00.000Z",
        to: "2026-01-05T11:40:00.000Z",
        reason: "Migration.",
        author: "ana",
        created_at: "2026-01-05T11:30:00.000Z",
        ended_at: "2026-01-05T11:40:00.000Z",
        ended_by: "li",
        withdrawn_at: null,
        withdrawn_by: null,
        withdrawn_reason: null,
        occurrences: 1,
        seconds: 600,
      },
    ]);
  });

  it("names an exclusion that was withdrawn, which excuses nothing any more", async () => {
    const withdrawal = { atMs: noonMs - minuteMs, by: "ana", reason: "The file was late, twice." };
    await using stricter = await ApiStage.start(async (store) => {
      await fillStore(store);
      await store.exclusions.withdraw("exc-1", withdrawal);
    });
    const before = await stage.get("/api/v1/slos/orders/fresh");
    expect(before.body).toMatchObject({ good_seconds: 380_700, bad_seconds: 900 });
    const { body } = await stricter.get("/api/v1/slos/orders/fresh");
    expect(body).toMatchObject({ good_seconds: 379_800, bad_seconds: 1_800 });
    expect(body["exclusions"]).toMatchObject([
      { source: "product_file", withdrawn_at: null, occurrences: 1, seconds: 7_200 },
      {
        id: "exc-1",
        mode: "good",
        author: "li@example.com",
        withdrawn_at: "2026-01-05T11:59:00.000Z",
        withdrawn_by: "ana",
        withdrawn_reason: "The file was late, twice.",
        occurrences: 0,
        seconds: 0,
      },
    ]);
  });
});

describe("/api/v1/checks/…/results", () => {
  const path = "/api/v1/checks/orders/orders/fresh/results";
  const outcomesIn = async (query: string) =>
    (await items(`${path}${query}`)).map(({ outcome }) => outcome);

  it.each([
    ["", ["pass", "error"]],
    ["?from=2026-01-05T11:00:00Z", ["pass", "error"]],
    ["?from=2026-01-05T11:00:00.001Z", ["pass"]],
    ["?to=2026-01-05T11:50:00Z", ["error"]],
    ["?from=2026-01-05T12:30:00%2B01:00&to=2026-01-05T13:00:00%2B01:00", ["pass"]],
    // A plus sign that was not encoded comes as a blank.
    ["?from=2026-01-05T12:30:00+01:00", ["pass"]],
    ["?from=2026-01-05t06:30:00-05:00", ["pass"]],
    ["?to=2025-01-01T00:00:00Z", []],
  ])("gives those from an instant up to, not including, another: %s", async (query, outcomes) => {
    expect(await outcomesIn(query)).toEqual(outcomes);
  });

  it("tells why something could not be measured in our own words", async () => {
    expect((await items(path))[1]).toMatchObject({
      outcome: "error",
      failure: { kind: "timeout", message: "The query took longer than 30 s.", hint: null },
    });
  });

  it("has none, and is no error, for a check that never ran", async () => {
    expect(await items("/api/v1/checks/visits/visits/enough/results")).toEqual([]);
  });
});

describe("/api/v1/incidents", () => {
  beforeEach(async () => {
    const other = { product: "visits", datasetId: "visits/visits", owner: "web" };
    await stage.store.incidents.put({ ...incident, ...other, id: "inc-3", openedMs: noonMs });
    await stage.store.incidents.put({ ...incident, product: "gone", id: "inc-4", openedMs: 1 });
  });

  it.each([
    ["", ["inc-3", "inc-2", "inc-1", "inc-4"]],
    ["?open=true", ["inc-3", "inc-2", "inc-4"]],
    ["?open=false", ["inc-1"]],
    ["?owner=web", ["inc-3"]],
    ["?product=orders", ["inc-2", "inc-1"]],
    ["?product=gone", ["inc-4"]],
    ["?tier=gold&open=true", ["inc-2"]],
    ["?domain=sales", ["inc-2", "inc-1"]],
    ["?domain=sales&product=visits", []],
  ])("lists the newest first of what %j asks for", async (query, ids) => {
    expect(await idsIn(`/api/v1/incidents${query}`)).toEqual(ids);
  });
});

it("answers HEAD without a body", async () => {
  const response = await fetch(`${stage.address}/api/v1/slos`, { method: "HEAD" });
  expect([response.status, await response.text()]).toEqual([200, ""]);
  expect(response.headers.get("cache-control")).toBe("no-store");
});
