import { TemporaryFolder } from "../../test/helpers/folder.ts";
import { until } from "../../test/helpers/until.ts";
import type { Verdicts } from "../_shared/verdicts.ts";
import type { PrometheusApi, TimeRange } from "./api.ts";
import { names } from "./hostile/names.ts";
import { serveHostile } from "./hostile/server.ts";
import { Overhearing } from "./overhearing.ts";
import { answerTo, putsOf } from "./panels/answers.ts";
import { offersOf } from "./panels/choices.ts";
import { readDashboards } from "./panels/committed.ts";
import { inWords } from "./panels/findings.ts";
import type { Choice } from "./panels/variables.ts";
import { type Programs, run } from "./programs.ts";
import { patience, startPrometheus } from "./stage.ts";

const textFormat = "text/plain; version=0.0.4; charset=utf-8";

/** Products named as nobody may name one, from the registry's input by the daemon's own server to a Prometheus and back. */
export async function judgeHostileNames(
  verdicts: Verdicts,
  { promtool, prometheus: command }: Omit<Programs, "alertmanager">,
): Promise<void> {
  verdicts.section(`Hostile names: ${names.length} products`);
  await using stack = new AsyncDisposableStack();
  const server = await serveHostile();
  stack.defer(() => server.close());
  const overheard = stack.use(await Overhearing.before(server.address));
  const folder = stack.use(await TemporaryFolder.make());
  const startMs = Date.now();
  const targets = { hostile: overheard.origin };
  const prometheus = await startPrometheus(stack, command, folder, { targets });
  const hasScraped = async () =>
    (await prometheus.query('count_over_time(up{job="hostile"}[1m]) >= 4')).length > 0;
  await until("some scrapes", hasScraped, patience);

  const failed = await prometheus.query('min_over_time(up{job="hostile"}[1m]) == 0');
  verdicts.equal("no scrape failed", failed, []);
  judgeExchange(verdicts, overheard);
  await judgeText(verdicts, promtool, server.address);
  const time = { startMs, endMs: Date.now() };
  await judgeKept(verdicts, prometheus, time);
  await judgePanels(verdicts, prometheus, time);
}

/** OpenMetrics is asked for first, and the text format is what we have. */
function judgeExchange(verdicts: Verdicts, { exchanges }: Overhearing): void {
  const kinds = exchanges.map(
    ({ answered }) => `${answered["content-type"]}, ${answered["content-encoding"]}`,
  );
  const accept = exchanges[0]?.asked.accept ?? "";
  verdicts.claim(
    `Prometheus is given ${kinds[0]}`,
    accept.includes("application/openmetrics-text") &&
      kinds.every((kind) => kind === `${textFormat}, gzip`),
    kinds,
  );
  verdicts.note(`where it accepts ${accept}`);
}

/** Whatever is asked for, in whatever encoding, is the same text. */
async function judgeText(verdicts: Verdicts, promtool: string, origin: string): Promise<void> {
  const accepts = ["application/openmetrics-text;version=1.0.0", "text/plain;version=0.0.4", "*/*"];
  const asked = accepts.flatMap((accept) =>
    ["gzip", "identity"].map((encoding) => ({ accept, "accept-encoding": encoding })),
  );
  const answers = await Promise.all(
    asked.map(async (headers) => {
      const response = await fetch(`${origin}/metrics`, { headers });
      const isZipped = response.headers.get("content-encoding") === "gzip";
      const isRight =
        response.headers.get("content-type") === textFormat &&
        isZipped === (headers["accept-encoding"] === "gzip");
      return { ...headers, isRight, text: await response.text() };
    }),
  );
  const texts = new Set(answers.map(({ text }) => text));
  verdicts.claim(
    `${answers.length} combinations of Accept and Accept-Encoding are answered with one text`,
    texts.size === 1 && answers.every(({ isRight }) => isRight),
    answers.map(({ text, ...rest }) => ({ ...rest, length: text.length })),
  );
  const { exitCode, output } = run(promtool, ["check", "metrics"], answers[0]?.text);
  verdicts.claim("it passes promtool check metrics", exitCode === 0, output);
}

/** Each name has all of its series under exactly the label value that is kept of it. */
async function judgeKept(
  verdicts: Verdicts,
  prometheus: PrometheusApi,
  time: TimeRange,
): Promise<void> {
  const listed = await prometheus.labelValues("product", "tidemark_product_info", time);
  const expected = names.map(([, kept]) => kept);
  verdicts.equal("the names are listed", [...listed].sort(), expected.sort());
  for (const [given, kept] of names) {
    const found = await prometheus.query(`{product="${escaped(kept)}"}`);
    const metrics = new Set(found.map(({ __name__ }) => __name__));
    verdicts.claim(
      `${JSON.stringify(given.slice(0, 40))}: ${found.length} series of ${metrics.size} metrics are found by this name`,
      metrics.size >= 15 && found.every(({ product }) => product === kept),
      found,
    );
  }
}

/** PromQL takes a U+FFFD that is written out for a sign of broken text. */
function escaped(value: string): string {
  return value.replace(/["\\]/g, "\\$&").replaceAll("\ufffd", "\\ufffd");
}

/**
 * No name breaks a query that Grafana puts it into as a pattern, but for what PromQL cannot spell. Where only one product
 * can be chosen Grafana escapes it for a string alone, and names that files let through need no more.
 */
async function judgePanels(
  verdicts: Verdicts,
  prometheus: PrometheusApi,
  time: TimeRange,
): Promise<void> {
  const asking = { prometheus, look: "hostile", run: time };
  const escaping = readDashboards().filter(
    ({ variables }) => variables.length > 0 && variables.every(({ isMulti }) => isMulti),
  );
  for (const dashboard of escaping) {
    const { choices } = await offersOf(dashboard, prometheus, time.endMs);
    const puts = putsOf(dashboard, choices).filter(({ choice }) => isSpelt(choice));
    const wrong: string[] = [];
    for (const put of puts) {
      const answer = await answerTo(dashboard, put, asking);
      wrong.push(...(answer.hasData ? [] : [answer.refusal ?? `${inWords(answer)}: empty`]));
    }
    verdicts.claim(
      `${dashboard.uid}: ${puts.length} queries with these names are answered, and none is empty`,
      puts.length > 100 && wrong.length === 0,
      wrong.join("\n"),
    );
  }
}

function isSpelt(choice: Choice): boolean {
  return Object.values(choice).every(
    ({ values, isAll }) => isAll || values.every((value) => !value.includes("\ufffd")),
  );
}
