/**
 * A process of its own that uses a store until it is done or killed: `node store-child.ts <job> <path>`.
 * What it has to say goes to standard output, one line each, written before it goes on.
 */
import { writeSync } from "node:fs";
import { join } from "node:path";
import { TidemarkError } from "../../src/core/errors.ts";
import type { Store } from "../../src/core/store.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import {
  costOf,
  deliveryOf,
  exclusionOf,
  incidentOf,
  newSlot,
  noticeOf,
  resultOf,
  runOf,
} from "../contract/store-things.ts";
import { becomePowerless } from "../helpers/powerless.ts";
import { silentLogger } from "../helpers/silent-logger.ts";

/** Results of each transaction of the job `write`. */
const resultsEach = 20;

const jobs: Readonly<Record<string, (path: string) => Promise<void>>> = {
  /** Commits transactions without end; every third is rolled back at its end. */
  async write(path) {
    const store = await openSqliteStore(path, { access: "serve", logger: silentLogger });
    await store.slots.abandonClaimed(0);
    const done = (await store.incidents.recent(1_000_000)).length;
    for (let number = done * 2; ; number += 1) {
      const isKept = number % 3 !== 2;
      await writeOne(store, number, isKept).catch((error: unknown) => {
        if (isKept) {
          throw error;
        }
      });
      say(isKept ? `committed ${number}` : `rolled back ${number}`);
    }
  },

  /** Makes stores one after the other, in folders 0, 1, 2, … of `path`. */
  async create(path) {
    for (let number = 0; ; number += 1) {
      const store = await openSqliteStore(join(path, String(number), "state.db"), {
        access: "serve",
        logger: silentLogger,
      });
      await store[Symbol.asyncDispose]();
      say(`made ${number}`);
    }
  },

  /** Writes something, then holds the store until it is killed. */
  async hold(path) {
    const store = await openSqliteStore(path, { access: "serve", logger: silentLogger });
    await store.timelines.noteSlos(["orders/held"], 1);
    say("holding");
    await new Promise((resolve) => {
      setTimeout(resolve, 60_000);
    });
    await store[Symbol.asyncDispose]();
  },

  async serve(path) {
    const store = await openSqliteStore(path, { access: "serve", logger: silentLogger });
    await store[Symbol.asyncDispose]();
    say("opened");
  },

  /** A command's short write. */
  async exclude(path) {
    const store = await openSqliteStore(path, { access: "command", logger: silentLogger });
    say("opened");
    await store.exclusions.add(exclusionOf());
    await store[Symbol.asyncDispose]();
    say("excluded");
  },

  /** Renames a product to and fro without end. */
  async rename(path) {
    const store = await openSqliteStore(path, { access: "serve", logger: silentLogger });
    const none = new Map<string, string>();
    let [oldName, newName] = (await store.timelines.sloSince()).has("orders/fresh")
      ? ["orders", "sales"]
      : ["sales", "orders"];
    for (;;) {
      const products = new Map([[oldName, newName]]);
      const rows = await store.rename({ products, datasets: none, checks: none, slos: none });
      say(`renamed ${rows}`);
      [oldName, newName] = [newName, oldName];
    }
  },

  async read(path) {
    const store = await openSqliteStore(path, { access: "readOnly", logger: silentLogger });
    say(`read ${[...(await store.timelines.sloSince()).keys()].join()}`);
    await store[Symbol.asyncDispose]();
  },
};

async function writeOne(store: Store, number: number, isKept: boolean): Promise<void> {
  await store.transaction(async (parts) => {
    const [slot] = await parts.slots.claim([newSlot({ dueMs: number })], number);
    const slotId = slot?.id ?? -1;
    for (let check = 0; check < resultsEach; check += 1) {
      const checkId = `orders/orders/check-${check}`;
      await parts.results.append([resultOf(slotId, { checkId, atMs: number })]);
    }
    await parts.timelines.put([runOf({ fromMs: number, toMs: number + 1 })]);
    const id = `inc-${number}`;
    await parts.incidents.put(incidentOf({ id, openedMs: number }));
    const notice = noticeOf({ id: `${id}.1`, incidentId: id });
    await parts.outbox.enqueue([{ ...deliveryOf(1), notice }]);
    await parts.costs.add([costOf({ statements: 1 })]);
    await parts.slots.end([slotId], "done", number);
    if (!isKept) {
      throw new Error("rolled back");
    }
  });
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

const [job = "", path = "", rights = ""] = process.argv.slice(2);
try {
  if (rights === "powerless") {
    becomePowerless();
  }
  await jobs[job]?.(path);
} catch (error) {
  say(error instanceof TidemarkError ? error.code : String(error));
  process.exitCode = 2;
}
