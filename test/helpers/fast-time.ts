import { setTimeout as sleep } from "node:timers/promises";
import { vi } from "vitest";

/** Timers run some twenty times as fast as the clock: sockets and other threads still have time for their work. */
const stepMs = 20;
const realStepMs = 1;

/** From now on timers wait for `passUntil` and `passing`; `vi.useRealTimers` ends it. Sockets go on as ever. */
export function startFastTime(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
}

/** Lets timers run ahead of the clock until `isReached`, for `mostMs` at most, and says how far they ran. */
export async function passUntil(isReached: () => boolean, mostMs: number): Promise<number> {
  let passedMs = 0;
  while (!isReached() && passedMs < mostMs) {
    await vi.advanceTimersByTimeAsync(stepMs);
    await sleep(realStepMs);
    passedMs += stepMs;
  }
  return passedMs;
}

/** What the call ends with, for which timers run ahead of the clock. */
export async function passing<T>(call: Promise<T>): Promise<T> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  call.then(settle, settle);
  await passUntil(() => isSettled, Number.POSITIVE_INFINITY);
  return call;
}
