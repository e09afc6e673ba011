import { monitorEventLoopDelay } from "node:perf_hooks";

const resolutionMs = 5;

/**
 * Does `work` and says how long the event loop stood still at most, in milliseconds: the longest time that a
 * timer of 5 ms was late, as libuv sees it. Includes the time that the machine gave to other processes.
 */
export async function watchLoop<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly tookMs: number; readonly stallMs: number }> {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  globalThis.gc?.();
  await turn();
  delays.enable();
  await turn();
  const startMs = performance.now();
  const value = await work();
  const tookMs = performance.now() - startMs;
  await turn();
  delays.disable();
  return { value, tookMs, stallMs: Math.max(0, delays.max / 1e6 - resolutionMs) };
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 4 * resolutionMs);
  });
}
