import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Scraper } from "./metrics.ts";
import { Narration } from "./narration.ts";
import { freePort, usualPort } from "./port.ts";
import { scenesBetween } from "./story.ts";
import { runTidemark, ServedMesh } from "./tidemark.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

const statusEveryMs = 30_000;
const readyWithinMs = 60_000;

/** What a command writes reaches the terminal through a pipe, for which it would leave colours out. */
const colours = process.stdout.isTTY && process.stdout.hasColors() ? { FORCE_COLOR: "1" } : {};

interface Stage {
  readonly workspace: Workspace;
  readonly narration: Narration;
  readonly scraper: Scraper;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

export interface LiveOptions {
  readonly minutes: number;
  /** Where the report of the last hour goes at the end; null: nowhere. */
  readonly reportPath: string | null;
}

/** The daemon, and data that keeps arriving, until `minutes` are over or a signal ends it. Returns the exit code. */
export async function runLive({ minutes, reportPath }: LiveOptions): Promise<number> {
  const narration = new Narration();
  await using workspace = await openWorkspace();
  const port = await freePort();
  const env = { TIDEMARK_DEMO_PORT: String(port), ...colours };
  introduce(narration, workspace, port);

  const serve = ["serve", "--config", workspace.configPath, "--log-format", "pretty"];
  const daemon = new ServedMesh(serve, env);
  const notices = new Map<string, number>();
  const relays = [
    narration.relay("log", daemon.stderr),
    narration.relay("notice", daemon.stdout, (line) => {
      const change = /^\[(\w+)\]/.exec(line)?.[1];
      if (change !== undefined) {
        notices.set(change, (notices.get(change) ?? 0) + 1);
      }
    }),
  ];
  const ending = new AbortController();
  void daemon.exit.finally(() => ending.abort());
  const forget = onSignal(() => {
    ending.abort();
    daemon.stop();
  });
  try {
    const scraper = new Scraper(port);
    const stage = { workspace, narration, scraper, env, signal: ending.signal };
    if (await untilReady(stage)) {
      await play(stage, minutes * 60_000);
    }
  } finally {
    daemon.stop();
    await daemon.exit.finally(forget);
  }
  await Promise.all(relays);
  if (reportPath !== null) {
    await writeReport(narration, workspace, resolve(reportPath));
  }
  return conclude(narration, await daemon.exit, notices);
}

function introduce(narration: Narration, { configPath, productCount }: Workspace, port: number) {
  const taken = port === usualPort ? "" : ` (port ${usualPort} is taken)`;
  narration.say(
    "demo",
    `${productCount} data products over the real data sets of vega-datasets; new rows keep arriving.`,
    "In another terminal, while this runs:",
    `  curl -s http://127.0.0.1:${port}/metrics | grep '^tidemark_'${taken}`,
    `  npx tidemark status -c ${configPath}`,
    `  npx tidemark check -c ${configPath} 'earthquakes'`,
    "Ctrl-C ends it and removes what it made.",
  );
}

/** False when the daemon ended, or did not come up in time. */
async function untilReady({ narration, scraper, signal }: Stage): Promise<boolean> {
  const deadlineMs = Date.now() + readyWithinMs;
  while (!signal.aborted) {
    if (await scraper.isReady()) {
      return true;
    }
    if (Date.now() > deadlineMs) {
      narration.say("demo", `The daemon did not become ready within ${readyWithinMs / 1000} s.`);
      return false;
    }
    await pause(100, signal);
  }
  return false;
}

/** Loads data and plays the story; from time to time it shows where the promises stand. */
async function play(stage: Stage, lengthMs: number): Promise<void> {
  const { workspace, narration, signal } = stage;
  narration.restart();
  const startMs = Date.now();
  let playedMs = 0;
  let statusMs = 0;
  let showing: Promise<void> | null = null;
  while (!signal.aborted && playedMs < lengthMs) {
    const nowMs = Date.now();
    const elapsedMs = Math.max(playedMs, nowMs - startMs);
    for (const scene of scenesBetween(playedMs, elapsedMs)) {
      narration.say("demo", ...scene.says);
      await scene.act(workspace.producerOf(scene.feed), nowMs);
    }
    playedMs = elapsedMs;
    for (const producer of workspace.producers) {
      await producer.advance(nowMs);
    }
    if (showing === null && elapsedMs - statusMs >= statusEveryMs) {
      statusMs = elapsedMs;
      showing = showStanding(stage).finally(() => {
        showing = null;
      });
    }
    await pause(250, signal);
  }
  await showing;
}

/** What a person sees who asks for the status, and who scrapes the metrics. */
async function showStanding({ workspace, narration, scraper, env, signal }: Stage): Promise<void> {
  const args = ["status", "--config", workspace.configPath, "--log-level", "warn"];
  const [status, samples] = await Promise.all([runTidemark(args, env), scraper.changes()]);
  if (signal.aborted) {
    return;
  }
  narration.say("status", ...status.stdout.trimEnd().split("\n"));
  if (status.exitCode !== 0) {
    narration.say("status", ...status.stderr.trimEnd().split("\n"));
  }
  narration.say("metrics", ...(samples ?? ["no answer"]));
}

/** From the store that the daemon has left, before the workspace is removed. */
async function writeReport(
  narration: Narration,
  { configPath }: Workspace,
  path: string,
): Promise<void> {
  const args = ["report", "--period", "1h", "--format", "html", "--out", path];
  const { exitCode, stderr } = await runTidemark([...args, "--config", configPath]);
  narration.say("demo", exitCode === 0 ? `The report of the last hour is ${path}.` : stderr.trim());
}

/** The demo ended well when the daemon stopped by itself when it was asked to. */
function conclude(
  narration: Narration,
  exitCode: number | null,
  notices: ReadonlyMap<string, number>,
): number {
  const told = [...notices].map(([change, count]) => `${count} ${change}`).join(", ");
  narration.say("demo", `Notices: ${told === "" ? "none" : told}.`);
  if (exitCode === 0) {
    return 0;
  }
  narration.say("demo", `The daemon ended with exit code ${exitCode ?? "none: it was killed"}.`);
  return 1;
}

/**
 * Calls `stop` for a signal that asks the demo to end. npm passes on the SIGINT that the terminal has
 * sent already, so what follows within a second is taken for the same wish. Returns what undoes it.
 */
function onSignal(stop: () => void): () => void {
  let lastMs = 0;
  const listener = (): void => {
    if (Date.now() - lastMs > 1_000) {
      lastMs = Date.now();
      stop();
    }
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) {
    process.on(signal, listener);
  }
  return () => {
    for (const signal of signals) {
      process.off(signal, listener);
    }
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
