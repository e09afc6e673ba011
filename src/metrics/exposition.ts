import type { Allowance } from "./allowance.ts";
import { labelText } from "./labels.ts";
import type { MetricDefinition } from "./names.ts";
import type { Sample } from "./samples.ts";
import type { Slices } from "./slices.ts";

/** Of the Prometheus text format, in which every line ends with a line feed. */
export const contentType = "text/plain; version=0.0.4; charset=utf-8";

/** Lines that are encoded at once, so that no text of the whole exposition is ever made. */
const linesOfChunk = 1_000;

/**
 * Renders a family from nothing but its samples, so that a series whose subject is gone goes with it.
 * A sample without a finite value is absent; of two equal label sets the first is kept, because one
 * line too many would spoil the whole scrape. What finds no room in `allowance` is left out.
 */
export async function renderFamily(
  definition: MetricDefinition,
  samples: Iterable<Sample>,
  { slices, allowance }: { readonly slices: Slices; readonly allowance: Allowance | null },
): Promise<readonly Buffer[]> {
  const { name, labels } = definition;
  const seen = new Set<string>();
  const chunks: Buffer[] = [];
  let lines = headerOf(definition);
  for (const { labels: values, value } of samples) {
    const key = labels.map((label, index) => `${label}="${labelText(values[index])}"`).join(",");
    const isFirst = !seen.has(key);
    seen.add(key);
    if (isFirst && isKnown(value) && (allowance?.take() ?? true)) {
      lines.push(key === "" ? `${name} ${value}` : `${name}{${key}} ${value}`);
    }
    const isOver = slices.isOver();
    if (isOver || lines.length >= linesOfChunk) {
      chunks.push(encode(lines));
      lines = [];
    }
    if (isOver) {
      await slices.next();
    }
  }
  return [...chunks, encode(lines)];
}

function headerOf({ name, help, type }: MetricDefinition): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function isKnown(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function encode(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(""));
}
