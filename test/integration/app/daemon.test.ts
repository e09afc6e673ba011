import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Daemon } from "../../../src/app/daemon.ts";
import type { Logger } from "../../../src/core/logger.ts";
import { WebhookReceiver } from "../../counterparts/webhook-receiver.ts";
import { TemporaryFolder } from "../../helpers/folder.ts";
import { until } from "../../helpers/until.ts";

let folder: TemporaryFolder;
let left: WebhookReceiver;
let right: WebhookReceiver;
let running: Daemon[];
let onLog: (message: string) => void;
const never = new AbortController().signal;

const logger: Logger = {
  debug: () => {},
  info: (_, message) => onLog(message),
  warn: (_, message) => onLog(message),
  error: (_, message) => onLog(message),
  child: () => logger,
};

beforeEach(async () => {
  folder = await TemporaryFolder.make();
  left = await new WebhookReceiver().start();
  right = await new WebhookReceiver().start();
  running = [];
  onLog = () => {};
  await folder.write({
    "tidemark.yaml": daemonFile({}),
    "orders.product.yaml": productFile(3),
    "orders.csv": few,
  });
});
afterEach(async () => {
  for (const daemon of running) {
    await daemon.stop(never);
  }
  await left[Symbol.asyncDispose]();
  await right[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

interface Given {
  readonly firstUrl?: string;
  readonly ticket?: string;
  readonly listen?: string;
}

function daemonFile({
  firstUrl = left.url,
  ticket = "first",
  listen = "127.0.0.1:0",
}: Given): string {
  return `version: 1
products: ["*.product.yaml"]
connections: { files: { type: duckdb } }
teams: { shop: { notify: { ticket: [${ticket}] } } }
notifiers:
  first: { type: webhook, url: "${firstUrl}", allow_private_addresses: true }
  second: { type: webhook, url: "${right.url}", allow_private_addresses: true }
http: { listen: "${listen}" }
`;
}

function productFile(min: number): string {
  return `version: 1
product: orders
tier: silver
owner: shop
datasets:
  orders:
    files: orders.csv
    schedule: { every: 1s }
    columns: { order_id: { type: bigint } }
    checks: { enough: { type: volume, min: ${min} } }
`;
}

const few = "order_id\n1\n";
const many = "order_id\n1\n2\n3\n";

async function start(): Promise<Daemon> {
  const daemon = await Daemon.start({
    configPath: folder.at("tidemark.yaml"),
    env: {},
    logger,
    print: () => {},
  });
  running.push(daemon);
  return daemon;
}

async function stop(daemon: Daemon): Promise<void> {
  running = running.filter((one) => one !== daemon);
  await daemon.stop(never);
}

/** The changes that a receiver was told, oldest first. */
function heard(receiver: WebhookReceiver): readonly string[] {
  return receiver.requests.map(({ body }) => (JSON.parse(body) as { change: string }).change);
}

const hears = (receiver: WebhookReceiver, change: string): Promise<void> =>
  until(`the notice ${change}`, () => heard(receiver).includes(change));

async function metrics(daemon: Daemon): Promise<string> {
  return (await fetch(`${daemon.address}/metrics`)).text();
}

describe("a reload of the daemon", () => {
  it("sends further notices through the notifier as it is now", async () => {
    const daemon = await start();
    await hears(left, "opened");
    await folder.write({ "tidemark.yaml": daemonFile({ firstUrl: right.url }) });
    await daemon.reload();
    await folder.write({ "orders.csv": many });
    await hears(right, "resolved");
    expect(heard(left)).toEqual(["opened"]);
    expect(heard(right)).toEqual(["resolved"]);
  });

  it("tries no longer to reach a channel that no team names any more", async () => {
    left.behaviour = { kind: "answer", status: 503 };
    const daemon = await start();
    await hears(left, "opened");
    await folder.write({ "tidemark.yaml": daemonFile({ ticket: "second" }) });
    await daemon.reload();
    await folder.write({ "orders.csv": many });
    await hears(right, "resolved");
    const failed = 'tidemark_deliveries_total{notifier="first",result="no_such_address"} 1';
    await until("the delivery to be given up", async () =>
      (await metrics(daemon)).includes(failed),
    );
    expect(heard(right)).toEqual(["resolved"]);
  });

  it("reads the files again when it is asked after an earlier one has read them", async () => {
    const daemon = await start();
    let again = Promise.resolve();
    onLog = (message) => {
      if (message === "configuration reloaded") {
        onLog = () => {};
        writeFileSync(folder.at("orders.product.yaml"), productFile(5));
        again = daemon.reload();
      }
    };
    await folder.write({ "orders.product.yaml": productFile(4) });
    await Promise.all([daemon.reload(), daemon.reload(), daemon.reload()]);
    await again;
    expect(daemon.mesh.checks.get("orders/orders/enough")?.params).toMatchObject({ min: 5 });
  });

  it("does not keep a stop from leaving everything closed", async () => {
    const daemon = await start();
    let stopped = Promise.resolve();
    onLog = (message) => {
      if (message === "configuration reloaded") {
        stopped = stop(daemon);
      }
    };
    await folder.write({ "orders.product.yaml": productFile(4) });
    await daemon.reload();
    await stopped;
    await expect(fetch(`${daemon.address}/healthz`)).rejects.toThrow("fetch failed");
    const next = await start();
    expect(next.mesh.checks.get("orders/orders/enough")?.params).toMatchObject({ min: 4 });
  });
});

describe("a start of the daemon", () => {
  it("that fails gives back what it had taken", async () => {
    const first = await start();
    const listen = new URL(first.address).host;
    await folder.write({
      "tidemark.yaml": `${daemonFile({ listen })}store: { type: sqlite, path: other.db }\n`,
    });
    await expect(start()).rejects.toMatchObject({ code: "TM_HTTP_LISTEN" });
    await folder.write({
      "tidemark.yaml": `${daemonFile({})}store: { type: sqlite, path: other.db }\n`,
    });
    const second = await start();
    expect((await fetch(`${second.address}/readyz`)).status).toBe(200);
  });
});
