import { styleText } from "node:util";
import { table } from "../../src/cli/terminal.ts";
import type { Comparison } from "./pairs.ts";

/** One figure of a benchmark, beside what it is compared with. */
export interface Finding {
  readonly what: string;
  readonly measured: string;
  readonly baseline: string;
  readonly target: string;
  /** Null where nothing is promised, and the figure is only shown. */
  readonly isMet: boolean | null;
}

/** A benchmark tells what it found, and cleans up what it made. */
export interface Benchmark {
  /** As it is called on the command line. */
  readonly name: string;
  readonly title: string;
  readonly run: (report: Report) => Promise<void>;
}

const headings = ["benchmark", "figure", "measured", "baseline", "target", ""];

/** Prints what benchmarks find as they find it, and all of it at the end. */
export class Report {
  readonly #rows: (readonly string[])[] = [];
  #missed = 0;
  #current = "";

  get missed(): number {
    return this.#missed;
  }

  begin({ name, title }: Benchmark): void {
    this.#current = name;
    console.log(`\n${styleText("bold", name)}: ${title}`);
  }

  /** How it was measured, or where the time went. */
  note(text: string): void {
    console.log(styleText("dim", `  ${text}`));
  }

  find({ what, measured, baseline, target, isMet }: Finding): void {
    const verdict = isMet === null ? "" : isMet ? "ok" : "MISSED";
    this.#missed += isMet === false ? 1 : 0;
    this.#rows.push([this.#current, what, measured, baseline, target, verdict]);
    console.log(`  ${what}: ${measured}; baseline ${baseline}; target ${target}${shown(verdict)}`);
  }

  /** A benchmark that could not be run promises nothing, and so misses. */
  fail(error: unknown): void {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    console.error(message);
    const what = "could not be run";
    this.find({ what, measured: "none", baseline: "none", target: "a figure", isMet: false });
  }

  printTable(): void {
    console.log(`\n${table([headings, ...this.#rows])}`);
  }
}

export function asMs(ms: number): string {
  return ms >= 1_000 ? `${(ms / 1_000).toFixed(2)} s` : `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;
}

export function asMicroseconds(ms: number): string {
  return `${(ms * 1_000).toFixed(1)} µs`;
}

export function asRatio({ ratio, spread: [low, high] }: Comparison): string {
  return `${ratio.toFixed(2)} × (quartiles ${low.toFixed(2)} to ${high.toFixed(2)})`;
}

function shown(verdict: string): string {
  return verdict === "" ? "" : `: ${styleText(verdict === "ok" ? "green" : "red", verdict)}`;
}
