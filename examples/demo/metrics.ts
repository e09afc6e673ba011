/** The samples in which the story shows. */
const shown = [
  /^tidemark_check_good\{product="earthquakes",.*check="(fresh|arriving)"/,
  /^tidemark_check_good\{product="stock-prices",.*check="shape"/,
  /^tidemark_slo_error_budget_remaining_ratio\{product="(earthquakes|stock-prices)",.*bound="upper"/,
  /^tidemark_incidents_open\{product="(earthquakes|stock-prices)",alert="page"/,
];

/** Reads the daemon's metrics. */
export class Scraper {
  readonly #base: string;
  #last: ReadonlySet<string> = new Set();

  constructor(port: number) {
    this.#base = `http://127.0.0.1:${port}`;
  }

  async isReady(): Promise<boolean> {
    return (await this.#get("/readyz")) !== null;
  }

  /** The lines worth a look that have changed since the last scrape; null when the daemon does not answer. */
  async changes(): Promise<readonly string[] | null> {
    const text = await this.#get("/metrics");
    if (text === null) {
      return null;
    }
    const lines = text.split("\n").filter((line) => shown.some((pattern) => pattern.test(line)));
    const changed = lines.filter((line) => !this.#last.has(line));
    this.#last = new Set(lines);
    return changed;
  }

  /** The body; null without a good answer within two seconds. */
  async #get(path: string): Promise<string | null> {
    try {
      const response = await fetch(`${this.#base}${path}`, { signal: AbortSignal.timeout(2_000) });
      const body = await response.text();
      return response.ok ? body : null;
    } catch {
      return null;
    }
  }
}
