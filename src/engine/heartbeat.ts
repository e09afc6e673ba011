/**
 * The heartbeat: one node-cron task that beats every second. What is due is not node-cron's business.
 *
 * node-cron walks every missed second one by one when the wall clock leaps ahead or the process was
 * stopped (65 µs each: a leap of 30 days would block the loop for minutes), and waits the leap out in
 * silence when the clock is set back. So a guard looks ten times a second, once just before each beat,
 * compares the wall clock with the monotonic one, and re-arms the task when they disagree. Once a second is
 * not enough: on a busy loop node-cron's timer may overtake the guard's by some milliseconds.
 */
import { createTask, type ScheduledTask } from "node-cron";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";

/** How far wall and monotonic clock, or a timer and its due time, may disagree. */
const toleranceMs = 1500;

/** How often the guard looks; a second is a multiple of it. */
const guardEveryMs = 100;

/** The last look is this long before the beat; node runs timers in the order they fall due. */
const headStartMs = 3;

export class Heartbeat {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #task: ScheduledTask;
  #guard: NodeJS.Timeout | null = null;
  #lastBeatMs: number;

  /** `beat` must not throw; while it is pending further beats are skipped. */
  constructor(options: { clock: Clock; logger: Logger; beat: () => Promise<void> }) {
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#lastBeatMs = options.clock.monotonicMs();
    this.#task = createTask(
      "* * * * * *",
      async () => {
        this.#lastBeatMs = this.#clock.monotonicMs();
        await options.beat();
      },
      {
        timezone: "UTC",
        noOverlap: true,
        missedExecutionTolerance: 60_000,
        suppressMissedWarning: true,
        logger: quiet,
      },
    );
  }

  start(): void {
    this.#lastBeatMs = this.#clock.monotonicMs();
    void this.#task.start();
    this.#armGuard();
  }

  stop(): void {
    if (this.#guard !== null) {
      clearTimeout(this.#guard);
      this.#guard = null;
    }
    void this.#task.destroy();
  }

  /** Milliseconds since the last beat began; a live heartbeat stays near one second. */
  silenceMs(): number {
    return this.#clock.monotonicMs() - this.#lastBeatMs;
  }

  #armGuard(): void {
    const wallMs = this.#clock.now();
    const monotonicMs = this.#clock.monotonicMs();
    const untilNextMs = guardEveryMs - (wallMs % guardEveryMs) - headStartMs;
    const delayMs = untilNextMs > 0 ? untilNextMs : untilNextMs + guardEveryMs;
    this.#guard = setTimeout(() => {
      const passedMs = this.#clock.monotonicMs() - monotonicMs;
      const leapMs = this.#clock.now() - wallMs - passedMs;
      if (Math.abs(leapMs) > toleranceMs || passedMs - delayMs > toleranceMs) {
        this.#logger.warn(
          { leap_ms: Math.round(leapMs), late_ms: Math.round(passedMs - delayMs) },
          "the clock leapt or the process was stopped; the heartbeat is re-armed",
        );
        void this.#task.stop();
        void this.#task.start();
      }
      this.#armGuard();
    }, delayMs);
  }
}

/** Overlaps and leaps are seen and told by Tidemark itself. */
const quiet = {
  info: (): void => {},
  warn: (): void => {},
  error: (): void => {},
  debug: (): void => {},
};
