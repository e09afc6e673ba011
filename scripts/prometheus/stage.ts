import { WebhookReceiver } from "../../test/counterparts/webhook-receiver.ts";
import { TemporaryFolder } from "../../test/helpers/folder.ts";
import { runTidemark, TidemarkProcess } from "../../test/helpers/tidemark.ts";
import { until } from "../../test/helpers/until.ts";
import { PrometheusApi } from "./api.ts";
import { LiveMesh } from "./mesh.ts";
import { scrapeMs } from "./panels/variables.ts";
import { freePort, type Programs, Server } from "./programs.ts";

/** A Prometheus that scrapes a daemon and loads its rules, and an Alertmanager that tells a webhook. */
export interface Stage {
  readonly mesh: LiveMesh;
  readonly daemon: TidemarkProcess;
  readonly daemonOrigin: string;
  readonly prometheus: PrometheusApi;
  readonly hook: WebhookReceiver;
  /** When the first scrape may have been. */
  readonly startMs: number;
}

/** A machine that does other work too may be slow to do what is soon done. */
export const patience = { withinMs: 60_000, everyMs: 250 };

export async function setUp(stack: AsyncDisposableStack, programs: Programs): Promise<Stage> {
  const mesh = stack.use(await LiveMesh.open());
  const folder = stack.use(await TemporaryFolder.make());
  const hook = await stack.use(new WebhookReceiver()).start();
  const config = ["--config", mesh.configPath];
  const rules = ["generate", "rules", ...config, "--out", folder.at("rules")];
  const generated = await runTidemark(rules);
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
  const startMs = Date.now();
  const prometheus = await startPrometheus(stack, programs.prometheus, folder, {
    targets: { tidemark: daemonOrigin },
    alertmanagerOrigin: alertmanager.origin,
  });
  return { mesh, daemon, daemonOrigin, prometheus, hook, startMs };
}

interface Scraping {
  /** Origins by job. */
  readonly targets: Readonly<Record<string, string>>;
  readonly alertmanagerOrigin?: string;
}

/** One that scrapes, itself as well, and loads the rules in the folder. */
export async function startPrometheus(
  stack: AsyncDisposableStack,
  command: string,
  folder: TemporaryFolder,
  { targets, alertmanagerOrigin }: Scraping,
): Promise<PrometheusApi> {
  const ofTarget = (origin: string) => [{ targets: [new URL(origin).host] }];
  const port = await freePort();
  const jobs = { ...targets, prometheus: `http://127.0.0.1:${port}` };
  const alertmanagers =
    alertmanagerOrigin === undefined ? [] : [{ static_configs: ofTarget(alertmanagerOrigin) }];
  const file = {
    // A scrape may take as long, on a machine that does other work too.
    global: { scrape_interval: `${scrapeMs}ms`, evaluation_interval: "1s" },
    rule_files: ["rules/*.rules.yaml"],
    alerting: { alertmanagers },
    scrape_configs: Object.entries(jobs).map(([job, origin]) => ({
      job_name: job,
      static_configs: ofTarget(origin),
    })),
  };
  await folder.write({ "prometheus.yml": JSON.stringify(file) });
  const server = stack.use(
    await Server.start(
      command,
      (address) => [
        `--config.file=${folder.at("prometheus.yml")}`,
        `--storage.tsdb.path=${folder.at("prometheus")}`,
        `--web.listen-address=${address}`,
      ],
      port,
    ),
  );
  const prometheus = new PrometheusApi(server.origin);
  await until("Prometheus to be ready", () => prometheus.isReady(), patience).catch((cause) => {
    throw new Error(`Prometheus does not start:\n${server.log}`, { cause });
  });
  return prometheus;
}

function alertmanagerFile(hookUrl: string): string {
  return JSON.stringify({
    route: { receiver: "hook", group_by: ["..."], group_wait: "0s", group_interval: "1s" },
    receivers: [{ name: "hook", webhook_configs: [{ url: hookUrl }] }],
  });
}

/** Whether it comes true within some scrapes and evaluations. */
export async function isSoon(isSo: () => Promise<boolean>): Promise<boolean> {
  return await until("it", isSo, patience).then(
    () => true,
    () => false,
  );
}
