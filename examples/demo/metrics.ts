/** Samples that say how the story's promises stand, out of a scrape. */
const shown = [
  /^tidemark_check_good\{.*check="(fresh|arriving)".*product="earthquakes".*\}/,
  /^tidemark_check_good\{.*product="earthquakes".*check="(fresh|arriving)".*\}/,
  /^tidemark_check_good\{.*product="stock-prices".*check="shape".*\}/,
  /^tidemark_incidents_open\{.*\} [1-9]/,
  /^tidemark_slo_error_budget_remaining_ratio\{.*product="(earthquakes|stock-prices)".*bound="upper".*\}/,
];

/** Scrapes the daemon; null when it does not answer within two seconds. */
export async function scrape(port: number): Promise<readonly string[] | null> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`, {
      signal: AbortSignal.timeout(2_000),
    });
    const lines = (await response.text()).split("\n");
    return lines.filter((line) => shown.some((pattern) => pattern.test(line)));
  } catch {
    return null;
  }
}

export async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, {
      signal: AbortSignal.timeout(2_000),
    });
    return response.ok;
  } catch {
    return false;
  }
}
