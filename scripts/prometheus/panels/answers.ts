import type { PrometheusApi, Series, TimeRange } from "../api.ts";
import { alone } from "./choices.ts";
import type { Dashboard, PanelQuery } from "./committed.ts";
import { type Choice, filled, mentioned, stepFor } from "./variables.ts";

/** What came of a query with one choice of the variables that it mentions. */
export interface Answer {
  readonly query: PanelQuery;
  readonly choice: Choice;
  /** When it was put: the name of the look. */
  readonly look: string;
  /** Whether there is something to draw: one figure at least, or one value of a label. */
  readonly hasData: boolean;
  /** What Prometheus said against it, with the query as it was put. */
  readonly refusal: string | null;
}

/** What is put to Prometheus: the query with what is chosen of the variables that it mentions, and of no others. */
export interface Put {
  readonly query: PanelQuery;
  readonly choice: Choice;
}

/** Each query with each different choice, and for each of the values that its panel is repeated for. */
export function putsOf(
  { variables, queries }: Dashboard,
  choices: readonly Choice[],
): readonly Put[] {
  const puts = new Map<string, Put>();
  for (const query of queries) {
    const names = mentioned(query.expr, variables);
    for (const choice of choices.flatMap((one) => repeated(query, one))) {
      const of = Object.fromEntries(
        Object.entries(choice).filter(([name]) => names.includes(name)),
      );
      puts.set(JSON.stringify([query, of]), { query, choice: of });
    }
  }
  return [...puts.values()];
}

/** Grafana draws a panel once where there is nothing to repeat it for, with an empty value. */
function repeated({ repeat }: PanelQuery, choice: Choice): readonly Choice[] {
  const chosen = repeat === null ? undefined : choice[repeat];
  if (repeat === null || chosen === undefined) {
    return [choice];
  }
  const values = chosen.values.length === 0 ? [""] : chosen.values;
  return values.map((value) => ({ ...choice, [repeat]: alone(value) }));
}

export interface Asking {
  readonly prometheus: PrometheusApi;
  readonly look: string;
  /** Since the first scrape. */
  readonly run: TimeRange;
}

/** Asks as Grafana would, over the run; what is drawn over time is put over the dashboard's own time as well. */
export async function answerTo(
  { variables, lengthMs }: Dashboard,
  { query, choice }: Put,
  { prometheus, look, run }: Asking,
): Promise<Answer> {
  const { expr, asked } = query;
  const ownTime = { startMs: run.endMs - lengthMs, endMs: run.endMs };
  const fill = ({ startMs, endMs }: TimeRange, stepMs: number) =>
    filled(expr, variables, choice, { stepMs, rangeMs: endMs - startMs });
  const overTime = async (range: TimeRange, points: number, leastStepMs: number) => {
    const stepMs = stepFor(range.endMs - range.startMs, points, leastStepMs);
    return await prometheus.range(fill(range, stepMs), aligned(range, stepMs), stepMs);
  };
  const ask = async (): Promise<boolean> => {
    if (asked.how === "instant") {
      return isDrawn(await prometheus.instant(fill(ownTime, 1_000)));
    }
    if (asked.how === "values") {
      const values = await prometheus.labelValues(asked.label, fill(ownTime, 1_000), ownTime);
      return values.some((value) => value !== "");
    }
    // A point every ten minutes may miss a run of two: it need only be answered.
    await overTime(ownTime, asked.points, asked.leastStepMs);
    return isDrawn(await overTime(run, asked.points, asked.leastStepMs));
  };
  try {
    return { query, choice, look, hasData: await ask(), refusal: null };
  } catch (error) {
    const refusal = `${fill(run, 1_000)}\n${String(error)}`;
    return { query, choice, look, hasData: false, refusal };
  }
}

/** Grafana's points are at multiples of the step. */
function aligned({ startMs, endMs }: TimeRange, stepMs: number): TimeRange {
  const down = (ms: number) => Math.floor(ms / stepMs) * stepMs;
  return { startMs: down(startMs), endMs: down(endMs) };
}

/** NaN, as of a quantile of nothing, is a gap. */
function isDrawn(series: readonly Series[]): boolean {
  return series.some(({ values }) => values.some((value) => !Number.isNaN(value)));
}
