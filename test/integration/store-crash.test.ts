import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { newSlot, resultOf, runOf } from "../contract/store-things.ts";
import { silentLogger } from "../helpers/silent-logger.ts";
import { StoreProcess } from "./store-process.ts";

const kills = 20;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidemark-crash-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

it("holds all of a transaction or nothing, and all that was committed, after each of 20 kills", async () => {
  const path = join(folder, "state.db");
  const committed = new Set<string>();
  for (let kill = 1; kill <= kills; kill += 1) {
    await using writer = new StoreProcess("write", path);
    // The kill lands at another point of a transaction each time: the line is written, and the child
    // is well into the next ones when the signal arrives.
    await writer.said(kill * 3);
    await writer.kill();
    for (const line of writer.lines) {
      const [, number] = /^committed (\d+)$/.exec(line) ?? [];
      if (number !== undefined) {
        committed.add(number);
      }
    }
    expect(writer.lines.filter((line) => !/^(committed|rolled back) \d+$/.test(line))).toEqual([]);
    await expectWhole(path, committed);
  }
  expect(committed.size).toBeGreaterThan(kills * 10);
});

async function expectWhole(path: string, committed: ReadonlySet<string>): Promise<void> {
  await using store = await openSqliteStore(path, { access: "serve", logger: silentLogger });
  const numbers = (await store.incidents.recent(1_000_000)).map(({ id }) => id.slice(4)).reverse();
  const runs = (await store.timelines.since(-1)).get("orders/orders/fresh") ?? [];
  const history = await store.results.history("orders/orders/check-19", 0, Infinity);
  expect(new Set(numbers)).toEqual(committed.union(new Set(numbers)));
  // At most the one that was committed and could not be told any more.
  expect(numbers.filter((number) => !committed.has(number)).length).toBeLessThanOrEqual(kills);
  expect(numbers.filter((number) => Number(number) % 3 === 2)).toEqual([]);
  expect(runs.map(({ fromMs }) => String(fromMs))).toEqual(numbers);
  expect(history.map(({ atMs }) => String(atMs))).toEqual(numbers);
  expect((await store.outbox.list(1_000_000)).map(({ notice }) => notice.id)).toEqual(
    numbers.map((number) => `inc-${number}.1`),
  );
  expect(await store.slots.countByEnding()).toMatchObject({ open: 0, done: numbers.length });
  expect(await store.costs.between(0, Number.MAX_SAFE_INTEGER, null)).toMatchObject([
    { statements: numbers.length, bytes: numbers.length * 1_000_000_000 },
  ]);
  using db = new DatabaseSync(path, { readOnly: true });
  expect(db.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  expect(db.prepare("SELECT count(*) AS n FROM results").get()).toEqual({
    n: numbers.length * 20,
  });
}

it("holds all of a rename or nothing after each of 10 kills", async () => {
  const path = join(folder, "state.db");
  const checkIds = Array.from({ length: 50 }, (_, check) => `orders/orders/check-${check}`);
  {
    await using store = await openSqliteStore(path, { access: "serve", logger: silentLogger });
    const slots = await store.slots.claim(
      Array.from({ length: 20 }, (_, dueMs) => newSlot({ dueMs, checkIds })),
      0,
    );
    for (const { id } of slots) {
      await store.results.append(checkIds.map((checkId) => resultOf(id, { checkId })));
    }
    await store.timelines.put(checkIds.map((checkId) => runOf({ checkId })));
    await store.timelines.noteSlos(["orders/fresh"], 0);
  }
  // 1,000 results, 50 runs, 20 slots, 1 SLO.
  const rows = 1_071;
  for (let kill = 1; kill <= 10; kill += 1) {
    await using renamer = new StoreProcess("rename", path);
    await renamer.said(kill);
    await renamer.kill();
    expect(new Set(renamer.lines)).toEqual(new Set([`renamed ${rows}`]));
    await using store = await openSqliteStore(path, { access: "readOnly", logger: silentLogger });
    const products = [
      ...(await store.results.latest()).keys(),
      ...(await store.timelines.since(-1)).keys(),
      ...(await store.timelines.sloSince()).keys(),
      ...(await store.slots.lastDue()).keys(),
    ].map((id) => id.slice(0, id.indexOf("/")));
    expect(products).toHaveLength(102);
    expect(new Set(products).size).toBe(1);
  }
});

it("leaves no half-made store when it is killed while it makes one", async () => {
  let made = 0;
  for (let kill = 0; kill < 10; kill += 1) {
    const round = join(folder, String(kill));
    await using maker = new StoreProcess("create", round);
    await maker.said(kill + 1);
    await maker.kill();
    for (const name of readdirSync(round)) {
      await using store = await openSqliteStore(join(round, name, "state.db"), {
        access: "serve",
        logger: silentLogger,
      });
      expect(await store.configuration.lastGood()).toBeNull();
      made += 1;
    }
  }
  expect(made).toBeGreaterThan(10);
});
