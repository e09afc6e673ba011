import { z } from "zod";

const sample = z.tuple([z.number(), z.string()]);

const seriesAnswer = z.object({
  status: z.literal("success"),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: sample.optional(),
        values: z.array(sample).optional(),
      }),
    ),
  }),
  warnings: z.array(z.string()).optional(),
  infos: z.array(z.string()).optional(),
});

const labelValuesAnswer = z.object({
  status: z.literal("success"),
  data: z.array(z.string()),
  warnings: z.array(z.string()).optional(),
  infos: z.array(z.string()).optional(),
});

const rulesAnswer = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        file: z.string(),
        rules: z.array(
          z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() }),
        ),
      }),
    ),
  }),
});

const buildAnswer = z.object({ data: z.object({ version: z.string() }) });

export type SeriesLabels = Readonly<Record<string, string>>;

export interface Series {
  readonly labels: SeriesLabels;
  /** In the order of time; one of an instant query. */
  readonly values: readonly number[];
}

export interface TimeRange {
  readonly startMs: number;
  readonly endMs: number;
}

/** Prometheus' HTTP API. What it refuses, or remarks on an answer, is thrown in its own words. */
export class PrometheusApi {
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  get origin(): string {
    return this.#origin;
  }

  async isReady(): Promise<boolean> {
    return await fetch(`${this.#origin}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  async version(): Promise<string> {
    return buildAnswer.parse(await this.#ask("status/buildinfo", null)).data.version;
  }

  /** The labels of the series that an instant query yields. */
  async query(query: string): Promise<readonly SeriesLabels[]> {
    return (await this.instant(query)).map(({ labels }) => labels);
  }

  /** What an instant query yields now. */
  async instant(query: string): Promise<readonly Series[]> {
    return seriesOf(await this.#ask("query", { query }));
  }

  async range(
    query: string,
    { startMs, endMs }: TimeRange,
    stepMs: number,
  ): Promise<readonly Series[]> {
    const form = {
      query,
      start: String(startMs / 1000),
      end: String(endMs / 1000),
      step: String(stepMs / 1000),
    };
    return seriesOf(await this.#ask("query_range", form));
  }

  /** What a label of the series that `selector` selects was in that time. */
  async labelValues(
    label: string,
    selector: string,
    { startMs, endMs }: TimeRange,
  ): Promise<readonly string[]> {
    const query = new URLSearchParams({
      "match[]": selector,
      start: String(startMs / 1000),
      end: String(endMs / 1000),
    });
    const answer = labelValuesAnswer.parse(
      await this.#ask(`label/${label}/values?${query.toString()}`, null),
    );
    refuseRemarks(answer);
    return answer.data;
  }

  /** Every rule that is loaded, with what its last evaluation came to. */
  async rules() {
    return rulesAnswer
      .parse(await this.#ask("rules", null))
      .data.groups.flatMap(({ rules }) => rules);
  }

  async #ask(path: string, form: Readonly<Record<string, string>> | null): Promise<unknown> {
    const response = await fetch(
      `${this.#origin}/api/v1/${path}`,
      form === null ? {} : { method: "POST", body: new URLSearchParams(form) },
    );
    const text = await response.text();
    if (!response.ok) {
      throw new Error(text);
    }
    return JSON.parse(text);
  }
}

function seriesOf(body: unknown): readonly Series[] {
  const answer = seriesAnswer.parse(body);
  refuseRemarks(answer);
  return answer.data.result.map(({ metric, value, values }) => ({
    labels: metric,
    values: (values ?? (value === undefined ? [] : [value])).map(([, text]) => Number(text)),
  }));
}

/** As on a rate of what is no counter. */
function refuseRemarks({
  warnings = [],
  infos = [],
}: {
  readonly warnings?: readonly string[] | undefined;
  readonly infos?: readonly string[] | undefined;
}): void {
  if (warnings.length + infos.length > 0) {
    throw new Error([...warnings, ...infos].join("\n"));
  }
}
