import { z } from "zod";

const vector = z.object({
  status: z.literal("success"),
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()) }).loose()),
  }),
});

const ruleGroups = z.object({
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

/** What an Alertmanager posts to a webhook. */
export const webhookMessage = z.object({
  alerts: z.array(
    z.object({
      status: z.string(),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
    }),
  ),
});

export type SeriesLabels = Readonly<Record<string, string>>;

/** Prometheus' HTTP API. */
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

  /** The labels of the series that an instant query yields. Throws with Prometheus' own words when it refuses it. */
  async query(query: string): Promise<readonly SeriesLabels[]> {
    const body = new URLSearchParams({ query });
    const response = await fetch(`${this.#origin}/api/v1/query`, { method: "POST", body });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(text);
    }
    return vector.parse(JSON.parse(text)).data.result.map(({ metric }) => metric);
  }

  /** Every rule that is loaded, with what its last evaluation came to. */
  async rules() {
    const response = await fetch(`${this.#origin}/api/v1/rules`);
    return ruleGroups.parse(await response.json()).data.groups.flatMap(({ rules }) => rules);
  }
}
