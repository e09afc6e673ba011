import type { Cron } from "croner";
import type { EpochMs } from "../core/vocabulary.ts";

/** How many gaps are kept: the one that now lies in, the one before, and two that somebody asks about. */
const mostGaps = 4;

interface Gap {
  /** Nothing occurs after this and before `nextMs`. */
  fromMs: EpochMs;
  readonly nextMs: EpochMs;
  /** The occurrence that the gap begins with, once it was asked for. */
  previousMs: EpochMs | null;
}

/**
 * A cron expression that remembers where it knows that nothing occurs. Croner takes 30 µs for an answer, and
 * a daemon asks for thousands of checks of one schedule about nearly the same instant: they all lie in one gap.
 */
export class KnownGaps {
  readonly #cron: Cron;
  readonly #gaps: Gap[] = [];

  constructor(cron: Cron) {
    this.#cron = cron;
  }

  /** The first occurrence strictly after `afterMs`, or null. */
  next(afterMs: EpochMs): EpochMs | null {
    const known = this.#gapAt(afterMs);
    if (known !== undefined) {
      return known.nextMs;
    }
    const nextMs = this.#cron.nextRun(new Date(afterMs))?.getTime() ?? null;
    if (nextMs !== null) {
      this.#remember(afterMs, nextMs);
    }
    return nextMs;
  }

  /** The last occurrence at or before `atMs`, or null. */
  previous(atMs: EpochMs): EpochMs | null {
    const known = this.#gapAt(atMs);
    if (known !== undefined && known.previousMs !== null) {
      return known.previousMs;
    }
    // Croner looks strictly before its reference.
    const previousMs = this.#cron.previousRuns(1, new Date(atMs + 1))[0]?.getTime() ?? null;
    if (known !== undefined && previousMs !== null) {
      known.previousMs = previousMs;
      known.fromMs = previousMs;
    }
    return previousMs;
  }

  #gapAt(ms: EpochMs): Gap | undefined {
    return this.#gaps.find(({ fromMs, nextMs }) => fromMs <= ms && ms < nextMs);
  }

  #remember(fromMs: EpochMs, nextMs: EpochMs): void {
    const same = this.#gaps.find((gap) => gap.nextMs === nextMs);
    if (same !== undefined) {
      same.fromMs = fromMs;
      return;
    }
    this.#gaps.unshift({ fromMs, nextMs, previousMs: null });
    this.#gaps.length = Math.min(this.#gaps.length, mostGaps);
  }
}
