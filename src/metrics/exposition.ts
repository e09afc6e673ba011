import { Gauge, Registry } from "prom-client";
import { labelValue } from "./labels.ts";
import type { MetricDefinition } from "./names.ts";
import type { Sample } from "./samples.ts";

/** Series that are rendered before other work gets its turn: some 10 ms of it. */
const sliceSize = 2000;

/**
 * Renders a gauge from nothing but its samples, so that a series whose subject is gone goes with it.
 * A sample without a finite value is absent; of two equal label sets the first is kept, because one
 * line too many would spoil the whole scrape.
 */
export async function renderGauge(
  definition: MetricDefinition,
  samples: Iterable<Sample>,
): Promise<string> {
  const seen = new Set<string>();
  const parts: string[] = [];
  let slice: KnownSample[] = [];
  const flush = async () => {
    const text = await renderSlice(definition, slice);
    parts.push(parts.length === 0 ? text : withoutHeader(text));
    slice = [];
  };
  for (const { labels, value } of samples) {
    const values = labels.map(labelValue);
    // No value contains a control character any more, so that the key keeps them apart.
    const key = values.join("\n");
    const isFirst = !seen.has(key);
    seen.add(key);
    if (isFirst && typeof value === "number" && Number.isFinite(value)) {
      slice.push({ values, value });
    }
    if (slice.length >= sliceSize) {
      await flush();
      await otherWork();
    }
  }
  if (slice.length > 0 || parts.length === 0) {
    await flush();
  }
  return parts.join("\n");
}

interface KnownSample {
  readonly values: readonly string[];
  readonly value: number;
}

async function renderSlice(
  { name, help, labels }: MetricDefinition,
  samples: readonly KnownSample[],
): Promise<string> {
  const registry = new Registry();
  const gauge = new Gauge({ name, help, labelNames: labels, registers: [registry] });
  // prom-client starts a gauge without labels at 0, which would state what is not known.
  gauge.remove({});
  for (const { values, value } of samples) {
    gauge.set(
      Object.fromEntries(labels.map((label, index) => [label, values[index] ?? ""])),
      value,
    );
  }
  return registry.getSingleMetricAsString(name);
}

function withoutHeader(text: string): string {
  return text.split("\n").slice(2).join("\n");
}

async function otherWork(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
