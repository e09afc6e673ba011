import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freshAndEnough, minuteMs, productFile, Workshop } from "./support.ts";

const product = productFile({ checks: freshAndEnough });

describe("the watch", () => {
  let workshop: Workshop;
  beforeEach(() => {
    workshop = new Workshop();
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  it("ends a slot as error when its results can never be stored, and goes on", async () => {
    const { watch, endings, advance, store } = await workshop.start(product);
    using db = new DatabaseSync(watch.mesh.store.path);
    db.exec(
      "CREATE TRIGGER refuse BEFORE INSERT ON results BEGIN SELECT RAISE(ABORT, 'never'); END",
    );
    await advance(10 * minuteMs);
    expect(endings).toMatchObject({ done: 1, error: 1 });
    db.exec("DROP TRIGGER refuse");
    await advance(10 * minuteMs);
    expect(endings).toMatchObject({ done: 2, error: 1 });
    expect(await store.slots.countByEnding()).toMatchObject({ done: 2, error: 1, open: 0 });
  });

  it("waits with its results while the store cannot be written, and stores them then", async () => {
    const { watch, endings, clock, advance, settle } = await workshop.start(product);
    clock.nowMs += 10 * minuteMs;
    await watch.beat();
    // Another connection holds the write lock for longer than the daemon waits for it.
    using db = new DatabaseSync(watch.mesh.store.path);
    db.exec("BEGIN IMMEDIATE");
    await turnsUntil(() => !watch.isStoreWritable);
    expect(watch.isIdle).toBe(false);
    db.exec("ROLLBACK");
    await watch.beat();
    await settle();
    expect(watch.isStoreWritable).toBe(true);
    expect(endings).toMatchObject({ done: 2, error: 0 });
    await advance(10 * minuteMs);
    expect(endings).toMatchObject({ done: 3, overlapped: 0 });
  });
});

async function turnsUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
