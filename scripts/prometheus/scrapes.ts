import type { Verdicts } from "../_shared/verdicts.ts";
import type { PrometheusApi, Series } from "./api.ts";
import { scrapeMs } from "./panels/variables.ts";
import type { Stage } from "./stage.ts";

/** What Prometheus counts of scrapes that it took only in part, or not at all. */
const lossCounters =
  "prometheus_target_scrapes_.+_total|prometheus_target_scrape_pool(s_failed|_exceeded_target_limit)_total|prometheus_target_(sync_failed|metadata_cache_errors)_total";

/** How the scrapes of the daemon went, all along. From `settledMs` on the mesh has all of its series. */
export async function judgeScrapes(
  verdicts: Verdicts,
  { prometheus, startMs }: Stage,
  settledMs: number,
): Promise<void> {
  const ofTarget = (overTime: string, name: string, sinceMs: number) =>
    onlyFigure(prometheus, `${overTime}(${name}{job="tidemark"}[${secondsSince(sinceMs)}s])`);
  const scrapes = await ofTarget("count_over_time", "up", startMs);
  const seconds = secondsSince(startMs);
  verdicts.claim(
    `${scrapes} scrapes in ${seconds} seconds, and none failed`,
    // Prometheus leaves out a turn rather than to make up for it.
    (await ofTarget("min_over_time", "up", startMs)) === 1 && scrapes * scrapeMs > 800 * seconds,
    { scrapes, seconds },
  );
  const longest = await ofTarget("max_over_time", "scrape_duration_seconds", startMs);
  verdicts.claim(
    `the longest took ${(1000 * longest).toFixed(0)} ms`,
    1000 * longest < scrapeMs,
    longest,
  );

  const least = await ofTarget("min_over_time", "scrape_samples_scraped", settledMs);
  const most = await ofTarget("max_over_time", "scrape_samples_scraped", settledMs);
  const added = await ofTarget("sum_over_time", "scrape_series_added", settledMs);
  verdicts.claim(
    // What is not known for a while is absent, and comes back.
    `the number of series is steady: ${least} to ${most}, and ${added} came new`,
    least > 400 && most - least <= 0.05 * most && added <= 0.1 * most,
    { least, most, added },
  );
  const dropped = await ofTarget("max_over_time", "tidemark_series_dropped_total", startMs);
  verdicts.equal("the daemon left out no series", dropped, 0);

  const counters = await prometheus.instant(`{job="prometheus", __name__=~"${lossCounters}"}`);
  verdicts.claim(
    `Prometheus counts no sample that it could not take, by ${counters.length} counters`,
    counters.length >= 6 && counters.every((one) => figureOf(one) === 0),
    counters,
  );
}

function secondsSince(ms: number): number {
  return Math.floor((Date.now() - ms) / 1000);
}

async function onlyFigure(prometheus: PrometheusApi, query: string): Promise<number> {
  const [only, ...others] = await prometheus.instant(query);
  if (only === undefined || others.length > 0) {
    throw new Error(`${query} yields ${others.length + 1} series, or none`);
  }
  return figureOf(only);
}

function figureOf({ values }: Series): number {
  return values[0] ?? Number.NaN;
}
