import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Gathered } from "../../../src/engine/gathered.ts";

/** Notes the groups that it is called with, and throws for those that hold what it cannot take. */
class Work {
  readonly groups: (readonly string[])[] = [];
  refused: ReadonlySet<string> = new Set();

  async do(items: readonly string[]): Promise<void> {
    this.groups.push(items);
    const bad = items.find((item) => this.refused.has(item));
    if (bad !== undefined) {
      throw new Error(bad);
    }
  }
}

const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `run ${index}`);

describe("gathered work", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function gatheredOf(expected: number, isShared = false): { work: Work; all: Gathered<string> } {
    const work = new Work();
    const all = new Gathered<string>({
      work: (items) => work.do(items),
      isComplete: (waiting) => waiting >= expected,
      isShared: () => isShared,
    });
    return { work, all };
  }

  it("is done once for all that come, and at once when nobody else can", async () => {
    const { work, all } = gatheredOf(3);
    await Promise.all([all.add("a"), all.add("b"), all.add("c")]);
    expect(work.groups).toEqual([["a", "b", "c"]]);
  });

  it("waits a short time for others, and no longer", async () => {
    const { work, all } = gatheredOf(3);
    const first = all.add("a");
    await vi.advanceTimersByTimeAsync(24);
    const second = all.add("b");
    expect(work.groups).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await Promise.all([first, second]);
    expect(work.groups).toEqual([["a", "b"]]);
  });

  it("takes at most fifty at a time, and lets the loop turn between", async () => {
    const { work, all } = gatheredOf(120);
    const done = Promise.all(names(120).map((name) => all.add(name)));
    let turnsWithOneGroup = 0;
    setImmediate(() => {
      turnsWithOneGroup = work.groups.length;
    });
    await vi.advanceTimersByTimeAsync(60);
    await done;
    expect(turnsWithOneGroup).toBe(1);
    expect(work.groups.map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(work.groups.flat()).toEqual(names(120));
  });

  it("does what cannot be done together one by one, so that each answers for itself", async () => {
    const { work, all } = gatheredOf(3);
    work.refused = new Set(["b"]);
    const ends = await Promise.allSettled([all.add("a"), all.add("b"), all.add("c")]);
    expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(work.groups).toEqual([["a", "b", "c"], ["a"], ["b"], ["c"]]);
  });

  it("tells everybody of an error that is everybody's", async () => {
    const { work, all } = gatheredOf(2, true);
    work.refused = new Set(["b"]);
    const ends = await Promise.allSettled([all.add("a"), all.add("b")]);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(work.groups).toEqual([["a", "b"]]);
  });

  it("goes on after an error", async () => {
    const { work, all } = gatheredOf(1);
    work.refused = new Set(["a"]);
    await expect(all.add("a")).rejects.toThrow("a");
    await vi.advanceTimersByTimeAsync(25);
    await all.add("b");
    expect(work.groups).toEqual([["a"], ["b"]]);
  });
});
