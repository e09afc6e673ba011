import type { Verdicts } from "../../_shared/verdicts.ts";
import type { PrometheusApi } from "../api.ts";
import { allowances } from "./allowances.ts";
import { type Answer, answerTo, type Put, putsOf } from "./answers.ts";
import { type Offers, offersOf } from "./choices.ts";
import { type Dashboard, readDashboards } from "./committed.ts";
import { findingsOf, inWords } from "./findings.ts";

/** As many as a browser asks at once. */
const atOnce = 6;

/** Looks at every dashboard from time to time, and says in the end what was to be seen. */
export class Looks {
  readonly #dashboards = readDashboards();
  readonly #prometheus: PrometheusApi;
  /** The first scrape. */
  readonly #startMs: number;
  readonly #answers: Answer[] = [];
  readonly #looks: string[] = [];

  constructor(prometheus: PrometheusApi, startMs: number) {
    this.#prometheus = prometheus;
    this.#startMs = startMs;
  }

  /** Puts every query with every value to Prometheus. Returns what is offered of each dashboard's variables. */
  async look(look: string): Promise<ReadonlyMap<string, Offers["values"]>> {
    this.#looks.push(look);
    const offered = new Map<string, Offers["values"]>();
    for (const dashboard of this.#dashboards) {
      const { values, choices } = await offersOf(dashboard, this.#prometheus, Date.now());
      offered.set(dashboard.uid, values);
      this.#answers.push(...(await this.#put(dashboard, putsOf(dashboard, choices), look)));
    }
    return offered;
  }

  async #put(dashboard: Dashboard, puts: readonly Put[], look: string): Promise<readonly Answer[]> {
    const waiting = [...puts];
    const answers: Answer[] = [];
    const ask = async () => {
      for (let put = waiting.shift(); put !== undefined; put = waiting.shift()) {
        const run = { startMs: this.#startMs, endMs: Date.now() };
        const asking = { prometheus: this.#prometheus, look, run };
        answers.push(await answerTo(dashboard, put, asking));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, ask));
    return answers;
  }

  /**
   * What queries for a figure of now show; those that count over a time, which Prometheus remembers, are not asked. To be
   * asked when there is nothing to show.
   */
  async leftNow(): Promise<{ readonly asked: number; readonly shown: readonly string[] }> {
    let asked = 0;
    const shown: string[] = [];
    for (const dashboard of this.#dashboards) {
      const { choices } = await offersOf(dashboard, this.#prometheus, Date.now());
      const ofNow = putsOf(dashboard, choices).filter(
        ({ query }) => query.asked.how === "instant" && !query.expr.includes("["),
      );
      for (const answer of await this.#put(dashboard, ofNow, "gone")) {
        asked += 1;
        if (answer.hasData || answer.refusal !== null) {
          shown.push(`${inWords(answer)} ${answer.refusal ?? ""}`);
        }
      }
    }
    return { asked, shown };
  }

  judge(verdicts: Verdicts): void {
    verdicts.section(
      `Dashboards, looked at ${this.#looks.length} times: ${this.#looks.join(", ")}`,
    );
    for (const dashboard of this.#dashboards) {
      this.#judgeOne(verdicts, dashboard);
    }
    const sum = (count: (one: Dashboard) => number) =>
      this.#dashboards.reduce((total, one) => total + count(one), 0);
    const [panels, queries] = [sum((one) => one.panelCount), sum((one) => one.queryCount)];
    const put = new Set(this.#answers.map(({ query, choice }) => JSON.stringify([query, choice])));
    const answered = new Set(this.#answers.map(({ query }) => query));
    verdicts.equal(
      `${this.#dashboards.length} dashboards, ${panels} panels and ${queries} queries were checked; ${put.size} queries with values were put, ${this.#answers.length} times in sum`,
      answered.size,
      queries,
    );
  }

  #judgeOne(verdicts: Verdicts, dashboard: Dashboard): void {
    const { uid, panelCount, queryCount } = dashboard;
    const answers = this.#answers.filter(({ query }) => query.uid === uid);
    const empty = answers.filter(({ hasData }) => !hasData).length;
    const found = findingsOf(dashboard, this.#answers, allowances);
    const none = (what: string, list: readonly string[]) =>
      verdicts.claim(`${uid}: ${what}`, list.length === 0, list.join("\n"));
    none(`all ${queryCount} queries of ${panelCount} panels were put`, found.unput);
    none(`${answers.length} queries with values are answered without error`, found.refused);
    none(`${empty} of them are empty, and are allowed to be`, found.empty);
    none("each query has something to show at some time", found.neverDrawn);
    none("nothing is allowed to be empty that never is", found.unneeded);
  }
}
