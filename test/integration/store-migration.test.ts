import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Store } from "../../src/core/store.ts";
import { migrate } from "../../src/store/sqlite/migrate.ts";
import { firstLight } from "../../src/store/sqlite/migrations/0001-first-light.ts";
import { migrations } from "../../src/store/sqlite/migrations/index.ts";
import { openWritable } from "../../src/store/sqlite/open.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import {
  costOf,
  deliveryOf,
  exclusionOf,
  incidentOf,
  resultOf,
  runOf,
  sightingOf,
  stateOf,
  t0,
} from "../contract/store-things.ts";
import { silentLogger } from "../helpers/silent-logger.ts";

const serve = { access: "serve", logger: silentLogger } as const;

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidemark-migration-"));
  path = join(folder, "state.db");
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A store as the first version left it, with a row or two in each of its tables. */
async function makeStoreOfVersion1(): Promise<void> {
  {
    using db = openWritable(path);
    migrate(db, [firstLight]);
  }
  await chmod(path, 0o600);
  using db = new DatabaseSync(path);
  const { result } = resultOf(1);
  db.exec(`
    INSERT INTO slots VALUES
      (1, 'orders/orders@15m', 'orders/orders', ${t0}, 'scheduled', '["orders/orders/fresh"]', ${t0}, ${t0}, 'done'),
      (2, 'orders/orders@15m', 'orders/orders', ${t0 + 1}, 'scheduled', '["orders/orders/fresh"]', ${t0}, NULL, NULL);
    INSERT INTO missed_slots VALUES ('orders/orders@15m', 'orders/orders', 1, 2, 2, ${t0});
    INSERT INTO timeline_runs VALUES
      ('orders/orders/fresh', ${t0}, ${t0 + 1_200_000}, '5f1d', 'good', ${t0}),
      ('orders/orders/fresh', ${t0 + 1_200_000}, ${t0 + 1_800_000}, '5f1d', 'bad', ${t0 + 1_200_000});
    INSERT INTO slos VALUES ('orders/fresh', ${t0});
    INSERT INTO configuration VALUES (1, '[{"path":"tidemark.yaml","text":"version: 1"}]', ${t0});
  `);
  insert(db, "results", [
    [1, 1, "orders/orders/fresh", "5f1d", t0, t0 + 900_000, 1_350_000, 12.5],
    ["pass", JSON.stringify(result)],
  ]);
  insert(db, "incidents", [
    [1, "inc-1", "broken", "orders", "orders/orders", "timeliness", "page", '["ticket","page"]'],
    ["checkout", t0, t0 + 60_000, null, null, '["orders/orders/fresh"]', 1],
  ]);
  insert(db, "check_alert_states", [
    ["orders/orders/fresh", "5f1d", "suspect", t0, null, null, null],
  ]);
  const { notice } = deliveryOf(1);
  insert(db, "deliveries", [
    [1, "slack", "#oncall", "slack:#oncall", notice.id, "inc-1", JSON.stringify(notice)],
    ["pending", 0, t0, t0, t0, null, null],
  ]);
}

/** One row, in several parts. */
function insert(
  db: DatabaseSync,
  table: string,
  parts: readonly (readonly (string | number | null)[])[],
): void {
  const values = parts.flat();
  const places = values.map(() => "?").join(", ");
  db.prepare(`INSERT INTO ${table} VALUES (${places})`).run(...values);
}

/** That of the first version, as a later one migrated it and wrote to what it brought. */
async function makeStoreOfVersion(version: 2 | 3): Promise<void> {
  await makeStoreOfVersion1();
  {
    using db = openWritable(path);
    migrate(db, migrations.slice(0, version));
  }
  using db = new DatabaseSync(path);
  insert(db, "sightings", [["orders/orders/by_seven", 1, "5f1d", t0 - 60_000, t0, t0 - 720_000]]);
  insert(db, "exclusions", [
    [1, "exc-1", "orders/fresh", t0, t0 + 3_600_000, "remove", "The warehouse moves.", "ana", t0],
    [null, null, null, null, null],
  ]);
  if (version === 3) {
    const { dayMs, bytes, busyMs } = costOf();
    insert(db, "costs", [[dayMs, "dwh", "orders", 3, 2, bytes, busyMs]]);
  }
}

async function expectFirstVersionsThings(store: Store): Promise<void> {
  expect(Object.fromEntries(await store.timelines.since(0))).toEqual({
    "orders/orders/fresh": [
      runOf(),
      runOf({
        fromMs: t0 + 1_200_000,
        toMs: t0 + 1_800_000,
        state: "bad",
        observedMs: t0 + 1_200_000,
      }),
    ],
  });
  expect(await store.results.history("orders/orders/fresh", 0, t0 + 1)).toEqual([
    resultOf(1, { holdMs: 1_350_000, evidence: null }),
  ]);
  expect(await store.incidents.open()).toEqual([incidentOf()]);
  expect([...(await store.incidents.states()).values()]).toEqual([stateOf()]);
  expect((await store.outbox.due(t0)).map(({ notice }) => notice)).toEqual([deliveryOf(1).notice]);
  expect(await store.slots.countByEnding()).toMatchObject({ done: 1, open: 1, missed: 2 });
  expect(Object.fromEntries(await store.timelines.sloSince())).toEqual({ "orders/fresh": t0 });
  expect(await store.configuration.lastGood()).toEqual([
    { path: "tidemark.yaml", text: "version: 1" },
  ]);
}

it.each([2, 3] as const)("a store of version %i is migrated without loss", async (version) => {
  await makeStoreOfVersion(version);
  await using store = await openSqliteStore(path, serve);
  await expectFirstVersionsThings(store);
  expect(await store.exclusions.list()).toEqual([exclusionOf()]);
  expect(Object.fromEntries(await store.timelines.sightingsSince(0))).toEqual({
    "orders/orders/by_seven": [sightingOf()],
  });
  expect(await store.costs.between(0, t0, null)).toEqual(version === 3 ? [costOf()] : []);
});

it("a store of the first version is migrated without loss, and takes what is new", async () => {
  await makeStoreOfVersion1();
  await using store = await openSqliteStore(path, serve);
  await expectFirstVersionsThings(store);
  expect(await store.exclusions.list()).toEqual([]);
  expect(await store.timelines.sightingsSince(0)).toEqual(new Map());
  expect(await store.costs.between(0, t0, null)).toEqual([]);

  await store.exclusions.add(exclusionOf());
  await store.timelines.put([runOf({ newestMs: t0 - 1 })]);
  await store.timelines.putSightings([sightingOf()]);
  await store.costs.add([costOf()]);
  await store[Symbol.asyncDispose]();
  await using again = await openSqliteStore(path, serve);
  expect(await again.exclusions.list()).toEqual([exclusionOf()]);
  expect((await again.timelines.since(0)).get("orders/orders/fresh")?.[0]).toEqual(
    runOf({ newestMs: t0 - 1 }),
  );
  expect((await again.timelines.sightingsSince(0)).size).toBe(1);
  expect(await again.costs.between(0, t0, null)).toEqual([costOf()]);
});

it.each(["readOnly", "command"] as const)(
  "a store of the first version is refused as %s until a daemon has migrated it",
  async (access) => {
    await makeStoreOfVersion1();
    const options = { access, logger: silentLogger };
    await expect(openSqliteStore(path, options)).rejects.toMatchObject({
      code: "TM_STORE_UNAVAILABLE",
      message: `The store ${path} is of version 1; this Tidemark needs version 4.`,
      hint: "Run `tidemark serve` of this version once: it brings the store up to date.",
    });
    await (await openSqliteStore(path, serve))[Symbol.asyncDispose]();
    await using store = await openSqliteStore(path, options);
    expect(await store.exclusions.list()).toEqual([]);
  },
);
