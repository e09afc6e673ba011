import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { styleText } from "node:util";

/** Who speaks: the demo, the daemon's log, a notice, a command's output, the metrics. */
const voices = {
  demo: "cyan",
  log: "gray",
  notice: "yellow",
  status: "green",
  metrics: "blue",
} as const;

type Voice = keyof typeof voices;

/** Prints who says what and when, a line each: `01:35 notice   …`. */
export class Narration {
  #startMs = Date.now();

  /** The time that is shown starts at 00:00 now. */
  restart(): void {
    this.#startMs = Date.now();
  }

  say(voice: Voice, ...lines: readonly string[]): void {
    const seconds = Math.floor((Date.now() - this.#startMs) / 1000);
    const clock = [Math.floor(seconds / 60), seconds % 60]
      .map((part) => String(part).padStart(2, "0"))
      .join(":");
    const label = styleText(voices[voice], voice.padEnd(7), { stream: process.stdout });
    for (const line of lines) {
      console.log(`${clock} ${label} ${line}`.trimEnd());
    }
  }

  /** Lets what a process writes be said; resolves when it has ended. */
  async relay(voice: Voice, stream: Readable, onLine?: (line: string) => void): Promise<void> {
    for await (const line of createInterface({ input: stream })) {
      this.say(voice, line);
      onLine?.(line);
    }
  }
}
