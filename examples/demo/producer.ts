import type { Feed } from "./feeds.ts";
import type { Landing } from "./landing.ts";

/** How many files of a feed are kept, beside its first one: those of ten minutes at least. */
const keptLoads = 120;

interface Load {
  readonly file: string;
  readonly rows: { readonly from: number; readonly to: number };
  readonly isDrifted: boolean;
}

/**
 * Loads a feed as time passes, and can be made to fail in the ways that producers do: well → stopped or
 * drifted → well.
 */
export class Producer {
  readonly feed: Feed;
  readonly #landing: Landing;
  readonly #totalRows: number;
  #state: "well" | "stopped" | "drifted" = "well";
  /** Oldest first, without the first load, which is never removed. */
  #loads: readonly Load[] = [];
  #loadCount = 0;
  #nextRow = 0;
  #nextLoadMs: number;

  /** Delivers the feed's first file. */
  static async start(feed: Feed, landing: Landing, nowMs: number): Promise<Producer> {
    const producer = new Producer(feed, landing, await landing.countRows(feed), nowMs);
    await producer.#write(feed.firstRows, nowMs);
    return producer;
  }

  private constructor(feed: Feed, landing: Landing, totalRows: number, nowMs: number) {
    this.feed = feed;
    this.#landing = landing;
    this.#totalRows = totalRows;
    this.#nextLoadMs = nowMs + feed.everyMs;
  }

  /** Loads what has fallen due; what was held back while loads were stopped comes along in the same file. */
  async advance(nowMs: number): Promise<void> {
    if (this.#state === "stopped" || nowMs < this.#nextLoadMs) {
      return;
    }
    const { everyMs, rowsPerLoad } = this.feed;
    const due = 1 + Math.floor((nowMs - this.#nextLoadMs) / everyMs);
    this.#nextLoadMs += due * everyMs;
    this.#loads = [...this.#loads, await this.#write(due * rowsPerLoad, nowMs)];
    await this.#removeOldest();
  }

  stop(): void {
    this.#state = "stopped";
  }

  resume(): void {
    this.#state = "well";
  }

  /** From now on files are written in the feed's drifted form. */
  drift(): void {
    this.#state = "drifted";
  }

  /** Writes the promised form again, and delivers the drifted files anew under their old names. */
  async mend(nowMs: number): Promise<void> {
    this.#state = "well";
    for (const { file, rows } of this.#loads.filter(({ isDrifted }) => isDrifted)) {
      await this.#landing.write(this.feed, file, this.feed.load, rows, nowMs);
    }
    this.#loads = this.#loads.map((load) => ({ ...load, isDrifted: false }));
  }

  /** A data set that has come to its end begins anew. */
  async #write(count: number, nowMs: number): Promise<Load> {
    const { feed } = this;
    const from = this.#nextRow + count > this.#totalRows ? 0 : this.#nextRow;
    const rows = { from, to: Math.min(from + count, this.#totalRows) };
    const file = `${String(this.#loadCount).padStart(6, "0")}.${feed.format}`;
    const isDrifted = this.#state === "drifted" && feed.drifted !== undefined;
    await this.#landing.write(
      feed,
      file,
      isDrifted && feed.drifted ? feed.drifted : feed.load,
      rows,
      nowMs,
    );
    this.#loadCount += 1;
    this.#nextRow = rows.to;
    return { file, rows, isDrifted };
  }

  /** A demo that runs overnight must not be slowed down by its own files. */
  async #removeOldest(): Promise<void> {
    const surplus = Math.max(0, this.#loads.length - keptLoads);
    for (const { file } of this.#loads.slice(0, surplus)) {
      await this.#landing.remove(this.feed, file);
    }
    this.#loads = this.#loads.slice(surplus);
  }
}
