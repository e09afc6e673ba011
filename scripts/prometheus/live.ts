import { WebhookReceiver } from "../../test/counterparts/webhook-receiver.ts";
import { TemporaryFolder } from "../../test/helpers/folder.ts";
import { runTidemark, TidemarkProcess } from "../../test/helpers/tidemark.ts";
import { until } from "../../test/helpers/until.ts";
import type { Verdicts } from "../_shared/verdicts.ts";
import { PrometheusApi, type SeriesLabels, webhookMessage } from "./api.ts";
import { judgeDrawn } from "./drawn.ts";
import { LiveMesh } from "./mesh.ts";
import { freePort, type Programs, run, Server } from "./programs.ts";
import { dashboardQueries, slothQueries } from "./queries.ts";

/** A Prometheus that scrapes a daemon and loads its rules, and an Alertmanager that tells a webhook. */
interface Stage {
  readonly mesh: LiveMesh;
  readonly daemon: TidemarkProcess;
  readonly daemonOrigin: string;
  readonly prometheus: PrometheusApi;
  readonly hook: WebhookReceiver;
}

/** A machine that does other work too may be slow to start all this. */
const startBound = { withinMs: 60_000 };

export async function watchLive(verdicts: Verdicts, programs: Programs): Promise<void> {
  verdicts.section("A daemon, Prometheus and Alertmanager");
  await using stack = new AsyncDisposableStack();
  const stage = await setUp(stack, programs);
  await judgeWell(verdicts, stage, programs);
  stage.mesh.stopTide();
  await judgeIncident(verdicts, stage);
  await judgeDashboards(verdicts, stage);
  await judgeDrawn(verdicts, stage.prometheus.origin);
  await judgeBurn(verdicts, stage);
  await judgeDown(verdicts, stage);
}

async function setUp(stack: AsyncDisposableStack, programs: Programs): Promise<Stage> {
  const mesh = stack.use(await LiveMesh.open());
  const folder = stack.use(await TemporaryFolder.make());
  const hook = await stack.use(new WebhookReceiver()).start();
  const config = ["--config", mesh.configPath];
  const generated = await runTidemark([
    "generate",
    "rules",
    ...config,
    "--out",
    folder.at("rules"),
  ]);
  if (generated.exitCode !== 0) {
    throw new Error(generated.stderr);
  }
  const env = { TIDEMARK_DEMO_PORT: String(await freePort()) };
  const daemon = stack.use(new TidemarkProcess(["serve", ...config], { env }));
  const daemonOrigin = await daemon.serves();

  await folder.write({ "alertmanager.yml": alertmanagerFile(hook.url) });
  const alertmanager = stack.use(
    await Server.start(programs.alertmanager, (address) => [
      `--config.file=${folder.at("alertmanager.yml")}`,
      `--storage.path=${folder.at("alertmanager")}`,
      `--web.listen-address=${address}`,
      // Alone: it looks for no others.
      "--cluster.listen-address=",
    ]),
  );
  await folder.write({ "prometheus.yml": prometheusFile(daemonOrigin, alertmanager.origin) });
  const server = stack.use(
    await Server.start(programs.prometheus, (address) => [
      `--config.file=${folder.at("prometheus.yml")}`,
      `--storage.tsdb.path=${folder.at("prometheus")}`,
      `--web.listen-address=${address}`,
    ]),
  );
  const prometheus = new PrometheusApi(server.origin);
  await until("Prometheus to be ready", () => prometheus.isReady(), startBound).catch((cause) => {
    throw new Error(`Prometheus does not start:\n${server.log}`, { cause });
  });
  return { mesh, daemon, daemonOrigin, prometheus, hook };
}

function prometheusFile(daemonOrigin: string, alertmanagerOrigin: string): string {
  return JSON.stringify({
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: ["rules/*.rules.yaml"],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [hostOf(alertmanagerOrigin)] }] }] },
    scrape_configs: [
      { job_name: "tidemark", static_configs: [{ targets: [hostOf(daemonOrigin)] }] },
    ],
  });
}

function alertmanagerFile(hookUrl: string): string {
  return JSON.stringify({
    route: { receiver: "hook", group_by: ["..."], group_wait: "0s", group_interval: "1s" },
    receivers: [{ name: "hook", webhook_configs: [{ url: hookUrl }] }],
  });
}

function hostOf(origin: string): string {
  return new URL(origin).host;
}

async function judgeWell(verdicts: Verdicts, stage: Stage, { promtool }: Programs): Promise<void> {
  const { prometheus, daemonOrigin } = stage;
  const firstLook = 'tidemark_slo_error_ratio{product="tide", window="5m"}';
  await until(
    "the first figures",
    async () => (await prometheus.query(firstLook)).length > 0,
    startBound,
  );
  const exposition = await (await fetch(`${daemonOrigin}/metrics`)).text();
  const checked = run(promtool, ["check", "metrics"], exposition);
  const lines = exposition.split("\n").length;
  verdicts.claim(`promtool check metrics: ${lines} lines`, checked.exitCode === 0, checked.output);

  const isEvaluated = async () =>
    !(await prometheus.rules()).some(({ health }) => health === "unknown");
  await until("every rule to be evaluated", isEvaluated, startBound);
  for (const query of slothQueries) {
    const isThere = async () => (await prometheus.query(query)).length > 0;
    verdicts.claim(`recorded: ${query}`, await isSoon(isThere));
  }
  const rules = await prometheus.rules();
  const ill = rules.filter(({ health }) => health !== "ok");
  const isWell = rules.length > 50 && ill.length === 0;
  verdicts.claim(`all ${rules.length} rules are evaluated without error`, isWell, ill);
  const alerts = await prometheus.query('ALERTS{product="tide"}');
  verdicts.equal("no alert on a promise that is kept", alerts, []);
}

async function judgeDashboards(verdicts: Verdicts, { prometheus }: Stage): Promise<void> {
  for (const [dashboard, queries] of dashboardQueries()) {
    const refused: string[] = [];
    let answered = 0;
    for (const { title, expr } of queries) {
      try {
        answered += (await prometheus.query(expr)).length > 0 ? 1 : 0;
      } catch (error) {
        refused.push(`${title}: ${expr}\n${String(error)}`);
      }
    }
    const what = `${dashboard}: ${queries.length} queries are answered, ${answered} with series`;
    verdicts.claim(what, answered > 0 && refused.length === 0, refused.join("\n"));
  }
}

/** Told as soon as the second look has failed. */
async function judgeIncident(verdicts: Verdicts, { hook }: Stage): Promise<void> {
  const incident = await told(hook, { alertname: "TidemarkIncidentOpen", product: "tide" });
  verdicts.claim(
    "an incident travels through Alertmanager to the webhook, with its owner",
    incident?.labels["owner"] === "seismology" && incident.labels["severity"] === "page",
    incident,
  );
}

/** Told after a minute, since the rule waits as long. */
async function judgeBurn(verdicts: Verdicts, { hook }: Stage): Promise<void> {
  const burn = await told(hook, {
    alertname: "TidemarkErrorBudgetBurn",
    sloth_id: "tide.fresh",
    sloth_severity: "page",
  });
  verdicts.claim(
    "the page on the burning budget does too, with owner and runbook",
    burn?.labels["owner"] === "seismology" &&
      burn.annotations["runbook_url"] === "https://example.com/runbooks/tide",
    burn,
  );
}

async function judgeDown(verdicts: Verdicts, { daemon, prometheus }: Stage): Promise<void> {
  daemon.send("SIGTERM");
  const { exitCode, stderr } = await daemon.ended();
  verdicts.claim("the daemon ends when it is asked to", exitCode === 0, stderr);
  const pending = 'ALERTS{alertname="TidemarkDown", alertstate="pending"}';
  const isNoticed = async () => (await prometheus.query(pending)).length > 0;
  verdicts.claim("its absence is noticed", await isSoon(isNoticed));
  const left = 'tidemark_slo_info or {__name__=~"slo:.*|sloth_slo_info"}';
  const isGone = async () => (await prometheus.query(left)).length === 0;
  verdicts.claim("nothing is recorded of a daemon that is gone", await isSoon(isGone));
  const page = 'ALERTS{alertname="TidemarkErrorBudgetBurn", product="tide", alertstate="firing"}';
  verdicts.claim(
    "what fired goes on while nobody can tell",
    (await prometheus.query(page)).length > 0,
  );
}

/** Whether it comes true within some scrapes and evaluations. */
async function isSoon(isSo: () => Promise<boolean>): Promise<boolean> {
  return await until("it", isSo, { withinMs: 15_000, everyMs: 250 }).then(
    () => true,
    () => false,
  );
}

interface Alert {
  readonly status: string;
  readonly labels: SeriesLabels;
  readonly annotations: SeriesLabels;
}

/** The first alert with the labels that arrives at the webhook; null when none has for longer than the rules wait. */
async function told(hook: WebhookReceiver, labels: SeriesLabels): Promise<Alert | null> {
  const isIt = (alert: Alert) =>
    Object.entries(labels).every(([label, value]) => alert.labels[label] === value);
  const find = () => hook.requests.flatMap(alertsIn).find(isIt) ?? null;
  const what = `${labels["alertname"]} at the webhook`;
  await until(what, () => find() !== null, { withinMs: 100_000, everyMs: 250 }).catch(() => null);
  return find();
}

function alertsIn({ body }: { readonly body: string }): readonly Alert[] {
  return webhookMessage.parse(JSON.parse(body)).alerts;
}
