import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { assertSound } from "../../src/store/sqlite/checks.ts";
import { Connection } from "../../src/store/sqlite/connection.ts";
import { migrate, readVersion } from "../../src/store/sqlite/migrate.ts";
import { openWritable } from "../../src/store/sqlite/open.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { newSlot, t0 } from "../contract/store-things.ts";
import { silentLogger } from "../helpers/silent-logger.ts";
import { StoreProcess } from "./store-process.ts";

const serve = { access: "serve", logger: silentLogger } as const;
const readOnly = { access: "readOnly", logger: silentLogger } as const;

function containing(text: string): unknown {
  return expect.stringContaining(text);
}

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidemark-file-"));
  // Open to the user without rights that some tests run as.
  await chmod(folder, 0o755);
  path = join(folder, "state.db");
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Makes a store of some hundred pages and closes it. */
async function makeStore(): Promise<void> {
  await using store = await openSqliteStore(path, serve);
  await store.slots.claim(
    Array.from({ length: 3_000 }, (_, index) => newSlot({ dueMs: t0 + index })),
    t0,
  );
  await store.timelines.noteSlos(["orders/fresh"], t0);
}

describe("a file that is not a sound store of this version", () => {
  const cases: readonly {
    readonly title: string;
    readonly code: string;
    readonly spoil: () => Promise<void>;
  }[] = [
    {
      title: "garbage",
      code: "TM_STORE_CORRUPT",
      spoil: () => writeFile(path, "version: 1\n".repeat(1_000)),
    },
    { title: "an empty file", code: "TM_STORE_CORRUPT", spoil: () => writeFile(path, "") },
    { title: "cut in half", code: "TM_STORE_CORRUPT", spoil: () => cutTo((size) => size / 2) },
    {
      title: "cut by a page and some bytes",
      code: "TM_STORE_CORRUPT",
      spoil: () => cutTo((size) => size - 4_096 - 100),
    },
    { title: "cut to its first page", code: "TM_STORE_CORRUPT", spoil: () => cutTo(() => 4_096) },
    { title: "cut to some bytes", code: "TM_STORE_CORRUPT", spoil: () => cutTo(() => 50) },
    {
      title: "overwritten in its middle",
      code: "TM_STORE_CORRUPT",
      async spoil() {
        const bytes = await readFile(path);
        bytes.fill(0xa5, bytes.length / 2, bytes.length / 2 + 8_192);
        await writeFile(path, bytes);
      },
    },
    {
      title: "written by a newer version",
      code: "TM_STORE_NEWER",
      spoil: () => pragma("user_version = 9999"),
    },
    {
      title: "a database of another program",
      code: "TM_STORE_CORRUPT",
      spoil: () => pragma("application_id = 252006673"),
    },
    {
      title: "a database of no program",
      code: "TM_STORE_CORRUPT",
      async spoil() {
        await rm(path);
        using db = new DatabaseSync(path);
        db.exec("CREATE TABLE slots (id INTEGER PRIMARY KEY, theirs TEXT)");
      },
    },
  ];

  it.each(cases)("is refused and left as it was: $title", async ({ code, spoil }) => {
    await makeStore();
    await spoil();
    const before = await readFile(path);
    await expect(openSqliteStore(path, serve)).rejects.toMatchObject({
      code,
      message: containing(path),
      hint: containing(" "),
    });
    expect(await readFile(path)).toEqual(before);
    // The lock was let go: a second try gets the same answer.
    await expect(openSqliteStore(path, serve)).rejects.toMatchObject({ code });
  });

  it.each(cases.filter(({ title }) => title !== "overwritten in its middle"))(
    "is refused for reading: $title",
    async ({ code, spoil }) => {
      await makeStore();
      await spoil();
      await expect(openSqliteStore(path, readOnly)).rejects.toMatchObject({ code });
    },
  );

  it("is told apart from one that was emptied", async () => {
    await writeFile(path, "");
    await expect(openSqliteStore(path, serve)).rejects.toMatchObject({
      message: containing("is an empty file"),
    });
  });

  it("is refused when the file is gone and its log is left", async () => {
    await writeFile(`${path}-wal`, "frames of a store that was moved away");
    await expect(openSqliteStore(path, serve)).rejects.toMatchObject({ code: "TM_STORE_CORRUPT" });
    expect(await readdir(folder)).not.toContain("state.db");
  });

  async function cutTo(size: (full: number) => number): Promise<void> {
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, size(bytes.length)));
  }

  async function pragma(text: string): Promise<void> {
    using db = new DatabaseSync(path);
    db.exec(`PRAGMA ${text}`);
  }
});

describe("a store too large to be read whole at a start", () => {
  it.each([
    { table: "slots", isRefused: false },
    { table: "incidents", isRefused: true },
    { table: "deliveries", isRefused: true },
  ])("is judged by its tables of state ($table)", async ({ table, isRefused }) => {
    await makeStore();
    await overwriteRootPage(table);
    using db = openWritable(path);
    const judge = () => assertSound(db, 0);
    const refusal = expect.objectContaining({ code: "TM_STORE_CORRUPT" }) as unknown;
    expect(thrownBy(judge)).toEqual(isRefused ? refusal : null);
    expect(thrownBy(() => db.get(`SELECT * FROM ${table}`))).toEqual(refusal);
  });

  async function overwriteRootPage(table: string): Promise<void> {
    using db = new DatabaseSync(path);
    const row = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").get(table);
    const bytes = await readFile(path);
    const page = Number(row?.["rootpage"]);
    bytes.fill(0xa5, (page - 1) * 4_096, page * 4_096);
    await writeFile(path, bytes);
  }

  function thrownBy(work: () => unknown): unknown {
    try {
      work();
      return null;
    } catch (error) {
      return error;
    }
  }
});

describe("a path that holds no store", () => {
  it("is made with its folders to serve", async () => {
    const deep = join(folder, "a", "b", "state.db");
    await using store = await openSqliteStore(deep, serve);
    expect(await store.configuration.lastGood()).toBeNull();
    expect((await readdir(join(folder, "a", "b"))).filter((name) => name.includes(".new"))).toEqual(
      [],
    );
  });

  it("is refused for reading, with what to do", async () => {
    await expect(openSqliteStore(path, readOnly)).rejects.toMatchObject({
      code: "TM_STORE_UNAVAILABLE",
      hint: containing("tidemark serve"),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([serve, readOnly])("is refused when it is a folder ($access)", async (options) => {
    await mkdir(path);
    await expect(openSqliteStore(path, options)).rejects.toMatchObject({
      code: "TM_STORE_UNAVAILABLE",
    });
    expect(await readdir(folder)).toEqual(["state.db"]);
  });

  it.each([serve, readOnly])("is refused under an ordinary file ($access)", async (options) => {
    await writeFile(path, "");
    await expect(openSqliteStore(join(path, "state.db"), options)).rejects.toMatchObject({
      code: "TM_STORE_UNAVAILABLE",
    });
  });

  it("is refused to serve in a folder that may not be written to", async () => {
    await chmod(folder, 0o555);
    await using child = new StoreProcess("serve", path, { isPowerless: true });
    expect(await child.ended()).toEqual({ last: "TM_STORE_UNAVAILABLE", exitCode: 2 });
    await chmod(folder, 0o755);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("rights", () => {
  it("reads a store that its owner lets others read, in a folder that may not be written to", async () => {
    await makeStore();
    await chmod(path, 0o644);
    await chmod(folder, 0o555);
    await using child = new StoreProcess("read", path, { isPowerless: true });
    expect(await child.ended()).toEqual({ last: "read orders/fresh", exitCode: 0 });
    await chmod(folder, 0o755);
  });

  it("refuses to serve a store whose file may not be written to", async () => {
    await makeStore();
    await chmod(folder, 0o777);
    await chmod(`${path}.lock`, 0o666);
    await chmod(path, 0o444);
    await using child = new StoreProcess("serve", path, { isPowerless: true });
    expect(await child.ended()).toEqual({ last: "TM_STORE_UNAVAILABLE", exitCode: 2 });
  });
});

describe("the writer's lock", () => {
  it("refuses a second writer, lets readers in, and is free the moment its holder is killed", async () => {
    await using holder = new StoreProcess("hold", path);
    await holder.said(1);
    expect(holder.lines).toEqual(["holding"]);

    await expect(openSqliteStore(path, serve)).rejects.toMatchObject({
      code: "TM_STORE_LOCKED",
      message: containing(path),
    });
    await using second = new StoreProcess("serve", path);
    expect(await second.ended()).toEqual({ last: "TM_STORE_LOCKED", exitCode: 2 });
    {
      await using reader = await openSqliteStore(path, readOnly);
      expect([...(await reader.timelines.sloSince()).keys()]).toEqual(["orders/held"]);
    }

    await holder.kill();
    await using store = await openSqliteStore(path, serve);
    expect([...(await store.timelines.sloSince()).keys()]).toEqual(["orders/held"]);
  });

  it("is one lock for two names of one file", async () => {
    await makeStore();
    const other = join(folder, "link.db");
    await symlink(path, other);
    await using store = await openSqliteStore(path, serve);
    await expect(openSqliteStore(other, serve)).rejects.toMatchObject({ code: "TM_STORE_LOCKED" });
    await store[Symbol.asyncDispose]();
    await using again = await openSqliteStore(other, serve);
    expect((await again.timelines.sloSince()).size).toBe(1);
  });
});

describe("a new store", () => {
  it("is read by nobody but its owner, whatever the files of it", async () => {
    await using store = await openSqliteStore(path, serve);
    await store.timelines.noteSlos(["orders/fresh"], t0);
    const modes = ["", "-wal", "-shm"].map(async (suffix) => {
      const { mode } = await stat(`${path}${suffix}`);
      return mode & 0o777;
    });
    expect(await Promise.all(modes)).toEqual([0o600, 0o600, 0o600]);
  });
});

describe("a reader", () => {
  it("sees what the writer beside it commits, and can write nothing", async () => {
    await using writer = await openSqliteStore(path, serve);
    await using reader = await openSqliteStore(path, readOnly);
    expect((await reader.timelines.sloSince()).size).toBe(0);
    await writer.timelines.noteSlos(["orders/fresh"], t0);
    expect((await reader.timelines.sloSince()).size).toBe(1);
    for (const write of [
      reader.timelines.noteSlos(["orders/theirs"], t0),
      reader.transaction((parts) => parts.slots.schedule(newSlot())),
      reader.prune(t0),
    ]) {
      await expect(write).rejects.toMatchObject({ code: "TM_STORE_UNAVAILABLE" });
    }
    expect((await writer.timelines.sloSince()).size).toBe(1);
  });

  it("sees one state of things throughout a transaction", async () => {
    await using writer = await openSqliteStore(path, serve);
    await using reader = await openSqliteStore(path, readOnly);
    const seen = await reader.transaction(async (parts) => {
      const before = (await parts.timelines.sloSince()).size;
      await writer.timelines.noteSlos(["orders/fresh"], t0);
      return [before, (await parts.timelines.sloSince()).size];
    });
    expect(seen).toEqual([0, 0]);
    expect((await reader.timelines.sloSince()).size).toBe(1);
  });

  it("refuses a store of an older version and names the remedy", async () => {
    await makeStore();
    {
      using db = new DatabaseSync(path);
      db.exec("PRAGMA user_version = 0");
    }
    await expect(openSqliteStore(path, readOnly)).rejects.toMatchObject({
      code: "TM_STORE_UNAVAILABLE",
      hint: containing("tidemark serve"),
    });
  });
});

describe("migrations", () => {
  const first = { version: 1, sql: "CREATE TABLE one (id INTEGER) STRICT" };

  it("apply what is missing, in order and once", () => {
    using db = new Connection(path, { isReadOnly: false, busyTimeoutMs: 0 });
    expect(migrate(db, [first])).toEqual([1]);
    const second = { version: 2, sql: "ALTER TABLE one ADD COLUMN name TEXT" };
    expect(migrate(db, [first, second])).toEqual([2]);
    expect(migrate(db, [first, second])).toEqual([]);
    expect(readVersion(db)).toBe(2);
  });

  it("leave nothing of one that breaks, and all of those before it", () => {
    using db = new Connection(path, { isReadOnly: false, busyTimeoutMs: 0 });
    const broken = {
      version: 2,
      sql: "CREATE TABLE two (id INTEGER) STRICT; CREATE TABLE one (x)",
    };
    expect(() => migrate(db, [first, broken])).toThrow(
      expect.objectContaining({ code: "TM_INTERNAL" }),
    );
    expect(readVersion(db)).toBe(1);
    expect(db.all("SELECT name FROM sqlite_schema")).toEqual([{ name: "one" }]);
  });
});

it("is opened to commit to the disk, through a log, with its references watched", async () => {
  await makeStore();
  using db = openWritable(path);
  expect(db.get("PRAGMA journal_mode")).toEqual({ journal_mode: "wal" });
  expect(db.get("PRAGMA synchronous")).toEqual({ synchronous: 2 });
  expect(db.get("PRAGMA foreign_keys")).toEqual({ foreign_keys: 1 });
});
