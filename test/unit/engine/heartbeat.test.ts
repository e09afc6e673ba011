import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Clock } from "../../../src/core/clock.ts";
import { Heartbeat } from "../../../src/engine/heartbeat.ts";
import { silentLogger } from "../../helpers/silent-logger.ts";

const clock: Clock = { now: () => Date.now(), monotonicMs: () => performance.now() };

/** Real timers and a wall clock that leaps: what happens on a host whose time is corrected. */
class LeapingHeart {
  readonly beats: number[] = [];
  readonly heartbeat = new Heartbeat({
    clock,
    logger: silentLogger,
    beat: async () => {
      this.beats.push(performance.now());
    },
  });
  #stalledMs = 0;
  readonly #ticker = setInterval(() => this.#tick(), 10);
  #lastTickMs = performance.now();

  constructor() {
    this.heartbeat.start();
  }

  async beatsWithin(count: number, ms: number): Promise<number> {
    const from = this.beats.length;
    const untilMs = performance.now() + ms;
    while (this.beats.length - from < count && performance.now() < untilMs) {
      await sleep(10);
    }
    return this.beats.length - from;
  }

  get longestStallMs(): number {
    return this.#stalledMs;
  }

  stop(): void {
    clearInterval(this.#ticker);
    this.heartbeat.stop();
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#stalledMs = Math.max(this.#stalledMs, nowMs - this.#lastTickMs);
    this.#lastTickMs = nowMs;
  }
}

describe("the heartbeat", () => {
  let heart: LeapingHeart | null = null;
  afterEach(() => {
    heart?.stop();
    vi.useRealTimers();
  });

  it.each([
    ["thirty days ahead", 30 * 86_400_000],
    ["a day ahead", 86_400_000],
    ["an hour back", -3_600_000],
    // A busy machine can stop the process for as long; a stall of our own comes back every time.
  ])("goes on without a stall when the clock leaps %s", { retry: 2 }, async (_, leapMs) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now(), advanceTimeDelta: 1 });
    const startedMs = performance.now();
    const originMs = Date.now();
    let leapedMs = 0;
    const follow = setInterval(
      () => vi.setSystemTime(originMs + leapedMs + (performance.now() - startedMs)),
      1,
    );
    try {
      heart = new LeapingHeart();
      expect(await heart.beatsWithin(1, 3_000)).toBe(1);
      leapedMs = leapMs;
      expect(await heart.beatsWithin(2, 4_000)).toBe(2);
      expect(heart.longestStallMs).toBeLessThan(200);
      expect(heart.heartbeat.silenceMs()).toBeLessThan(2_500);
    } finally {
      clearInterval(follow);
    }
  });
});
