/** How often two ways are timed against each other, alternating, so that both meet the same noise. */
const timedPairs = 31;
const warmUps = 2;

/** What interleaved runs of two ways showed. Times are medians in milliseconds. */
export interface Comparison {
  /** Median over the pairs of (measured ÷ baseline). */
  readonly ratio: number;
  /** The ratio's quartiles, to show the noise. */
  readonly spread: readonly [number, number];
  readonly measuredMs: number;
  readonly baselineMs: number;
  /** Median over the pairs of (measured − baseline). */
  readonly moreMs: number;
}

/**
 * Times `measured` and `baseline` in pairs, each leading in every other pair, after runs that warm both up.
 * What a run returns is dropped.
 */
export async function compare(
  measured: () => Promise<unknown>,
  baseline: () => Promise<unknown>,
): Promise<Comparison> {
  const found = await alternate(
    () => timed(measured),
    () => timed(baseline),
    { pairs: timedPairs },
  );
  const ratios = found.map((pair) => pair.measured / pair.baseline);
  return {
    ratio: median(ratios),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    measuredMs: median(found.map((pair) => pair.measured)),
    baselineMs: median(found.map((pair) => pair.baseline)),
    moreMs: median(found.map((pair) => pair.measured - pair.baseline)),
  };
}

/** A figure of each way. */
interface Pair {
  readonly measured: number;
  readonly baseline: number;
}

/** The figures of pairs of runs, each way leading in every other pair, after runs that warm both up. */
export async function alternate(
  measured: () => Promise<number>,
  baseline: () => Promise<number>,
  { pairs, between }: { readonly pairs: number; readonly between?: () => Promise<unknown> },
): Promise<readonly Pair[]> {
  const found: Pair[] = [];
  for (let pair = -warmUps; pair < pairs; pair += 1) {
    const isMeasuredFirst = pair % 2 === 0;
    const first = await (isMeasuredFirst ? measured() : baseline());
    const second = await (isMeasuredFirst ? baseline() : measured());
    if (pair >= 0) {
      found.push(
        isMeasuredFirst
          ? { measured: first, baseline: second }
          : { measured: second, baseline: first },
      );
    }
    await between?.();
  }
  return found;
}

/** Milliseconds of one run. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  collectYoung();
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** Milliseconds that this process was on a processor, in user and system code, during one run. */
export async function cpuMs(work: () => Promise<unknown>): Promise<number> {
  collectYoung();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/**
 * Young garbage is collected before a run, so that none pays for another's; a full collection would throw away compiled
 * code as well, which nothing does before the run of a daemon.
 */
function collectYoung(): void {
  globalThis.gc?.({ type: "minor", execution: "sync" });
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** By linear interpolation between the two nearest; NaN of none. */
function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}
