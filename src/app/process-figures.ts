import type { ProcessFigures } from "../metrics/samples.ts";

/** Of this process, as the operating system counts now. */
export function processFigures(): ProcessFigures {
  const { user, system } = process.cpuUsage();
  return {
    cpuSeconds: (user + system) / 1_000_000,
    residentBytes: process.memoryUsage.rss(),
    startedMs: performance.timeOrigin,
  };
}
