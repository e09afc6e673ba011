/** How often two ways are timed against each other, alternating, so that both meet the same noise. */
const pairs = 31;
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
  const timings: { readonly measuredMs: number; readonly baselineMs: number }[] = [];
  for (let pair = -warmUps; pair < pairs; pair += 1) {
    const isMeasuredFirst = pair % 2 === 0;
    const first = await timed(isMeasuredFirst ? measured : baseline);
    const second = await timed(isMeasuredFirst ? baseline : measured);
    if (pair >= 0) {
      const [measuredMs, baselineMs] = isMeasuredFirst ? [first, second] : [second, first];
      timings.push({ measuredMs, baselineMs });
    }
  }
  const ratios = timings.map(({ measuredMs, baselineMs }) => measuredMs / baselineMs);
  return {
    ratio: median(ratios),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    measuredMs: median(timings.map(({ measuredMs }) => measuredMs)),
    baselineMs: median(timings.map(({ baselineMs }) => baselineMs)),
    moreMs: median(timings.map(({ measuredMs, baselineMs }) => measuredMs - baselineMs)),
  };
}

/**
 * Milliseconds of one run. Young garbage is collected before, so that no run pays for another's; a full
 * collection would throw away compiled code as well, which nothing does before the run of a daemon.
 */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.({ type: "minor", execution: "sync" });
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
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
