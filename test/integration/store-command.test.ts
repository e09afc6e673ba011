import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { exclusionOf, t0 } from "../contract/store-things.ts";
import { silentLogger } from "../helpers/silent-logger.ts";
import { StoreProcess } from "./store-process.ts";

const serve = { access: "serve", logger: silentLogger } as const;
const command = { access: "command", logger: silentLogger } as const;

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidemark-command-"));
  path = join(folder, "state.db");
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

it("a command writes beside a process that serves and writes without end", async () => {
  await using writer = new StoreProcess("write", path);
  await writer.said(3);
  for (let number = 0; number < 20; number += 1) {
    await using store = await openSqliteStore(path, command);
    await store.exclusions.add(exclusionOf({ id: `exc-${number}`, createdMs: t0 + number }));
    expect((await store.exclusions.list()).at(-1)?.id).toBe(`exc-${number}`);
  }
  const before = writer.lines.length;
  await writer.said(before + 5);
  expect(writer.lines.filter((line) => !/^(committed|rolled back) \d+$/.test(line))).toEqual([]);
  expect(writer.lines.length).toBeGreaterThanOrEqual(before + 5);
  await writer.kill();
  await using store = await openSqliteStore(path, serve);
  expect(await store.exclusions.list()).toHaveLength(20);
});

it("a process that serves sees what a command wrote, and knows by the version that something was", async () => {
  await using serving = await openSqliteStore(path, serve);
  const before = await serving.foreignVersion();
  await serving.timelines.noteSlos(["orders/fresh"], t0);
  expect(await serving.foreignVersion()).toBe(before);

  await using child = new StoreProcess("exclude", path);
  expect(await child.ended()).toEqual({ last: "excluded", exitCode: 0 });
  expect(await serving.foreignVersion()).not.toBe(before);
  expect(await serving.exclusions.list()).toEqual([exclusionOf()]);
  expect(await serving.exclusions.end("exc-1", t0, "li")).toBe(true);
});

it("a command waits for a transaction under way, and sees all of it", async () => {
  await using serving = await openSqliteStore(path, serve);
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const running = serving.transaction(async (parts) => {
    await parts.exclusions.add(exclusionOf({ id: "first" }));
    await held;
    await parts.exclusions.add(exclusionOf({ id: "second" }));
  });
  await using child = new StoreProcess("exclude", path);
  await child.said(1);
  expect(child.lines).toEqual(["opened"]);
  release();
  await running;
  expect(await child.ended()).toEqual({ last: "excluded", exitCode: 0 });
  const ids = (await serving.exclusions.list()).map(({ id }) => id);
  expect(ids).toEqual(["first", "second", "exc-1"]);
});

it("a command makes no store, and says what does", async () => {
  await expect(openSqliteStore(path, command)).rejects.toMatchObject({
    code: "TM_STORE_UNAVAILABLE",
    message: `There is no store at ${path}.`,
    hint: "`tidemark serve` makes it; until it has run once there is nothing to write to.",
  });
  expect(await readdir(folder)).toEqual([]);
});

it("a command refuses a file that is no store, or one of a newer version, and leaves it as it was", async () => {
  await writeFile(path, "version: 1\n".repeat(1_000));
  await expect(openSqliteStore(path, command)).rejects.toMatchObject({ code: "TM_STORE_CORRUPT" });
  await rm(path);
  await (await openSqliteStore(path, serve))[Symbol.asyncDispose]();
  {
    using db = new DatabaseSync(path);
    db.exec("PRAGMA user_version = 9999");
  }
  await expect(openSqliteStore(path, command)).rejects.toMatchObject({ code: "TM_STORE_NEWER" });
  using db = new DatabaseSync(path);
  expect(db.prepare("PRAGMA user_version").get()).toEqual({ user_version: 9999 });
});
