/** The read API over a real HTTP server, a real store and the state read from it, at one noon. */
import { mkdirSync } from "node:fs";
import { apiReads } from "../../../src/app/api.ts";
import { createLoader } from "../../../src/app/configuration.ts";
import { formatProblem } from "../../../src/config/problems.ts";
import type { CheckResult } from "../../../src/core/check.ts";
import type { Incident } from "../../../src/core/incident.ts";
import type { Mesh } from "../../../src/core/mesh.ts";
import type { ResultRecord, Store } from "../../../src/core/store.ts";
import type { TimelineRun } from "../../../src/core/timeline.ts";
import { WatchState } from "../../../src/engine/state.ts";
import type { ApiReads } from "../../../src/http/api/reads.ts";
import { startHttpServer } from "../../../src/http/server.ts";
import { openSqliteStore } from "../../../src/store/sqlite/store.ts";
import { TemporaryFolder } from "../../helpers/folder.ts";
import { silentLogger } from "../../helpers/silent-logger.ts";

/** 2026-01-05T12:00:00Z. */
export const noonMs = Date.UTC(2026, 0, 5, 12);
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** What stands in the configuration, and may stand in no answer. */
export const secret = "canary-pa55word";

const files = {
  "tidemark.yaml": `version: 1
products: ["*.product.yaml"]
connections:
  files: { type: duckdb }
  dwh: { type: postgres, host: db.example.com, database: dwh, user: tidemark, password: ${secret} }
teams:
  checkout: { notify: { page: [hook], ticket: [hook] } }
  web: { notify: { page: [hook], ticket: [hook] } }
notifiers:
  hook: { type: webhook, url: "https://hooks.example.com/${secret}" }
`,
  "orders.product.yaml": `version: 1
product: orders
domain: sales
description: One row per confirmed order.
tier: gold
owner: checkout
contacts: { product_owner: ana@example.com }
upstream: [visits]
consumers: [finance-reporting]
links: { runbook: "https://example.com/runbooks/orders" }
datasets:
  orders:
    connection: files
    files: orders.csv
    description: Grain is one confirmed order.
    timezone: Europe/Berlin
    schedule: { every: 15m }
    columns: { id: { type: bigint }, loaded_at: { type: timestamp } }
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1h }
      enough: { type: volume, min: 1000, description: A day has never had fewer. }
      shape: { type: schema, enabled: false, reason: Being moved. }
slos:
  fresh:
    description: Order data is never older than an hour.
    objective: 99%
    window: 30d
    checks: [orders.fresh]
    exclusions:
      - start: "2026-01-04T02:00"
        rrule: FREQ=WEEKLY;BYDAY=SU
        duration: 2h
        timezone: Europe/Berlin
        reason: Weekly maintenance.
  whole: { objective: 95%, window: 7d, checks: [orders.fresh, orders.enough] }
`,
  "visits.product.yaml": `version: 1
product: visits
tier: silver
owner: web
datasets:
  visits:
    connection: dwh
    table: web.visits
    checks:
      enough: { type: volume, min: 1 }
slos:
  enough: { objective: 90%, window: 1d, checks: [visits.enough] }
`,
};

const ids = { fresh: "orders/orders/fresh", enough: "orders/orders/enough" };

const passed: CheckResult = {
  outcome: "pass",
  summary: "The newest row is 10 minutes old; at most 1 hour is promised.",
  measured: { age_seconds: 600, newest: "2026-01-05T11:40:00.000Z" },
  expected: { max_age_seconds: 3600 },
};

const tooFew: CheckResult = {
  outcome: "fail",
  summary: "12 rows in the dataset; at least 1,000 promised.",
  measured: { rows: 12 },
  expected: { min: 1000 },
};

const tooSlow: CheckResult = {
  outcome: "error",
  summary: "The query took longer than 30 s.",
  measured: {},
  expected: { max_age_seconds: 3600 },
  failure: { kind: "timeout", message: "The query took longer than 30 s.", code: "57014" },
};

/** A generation that the documentation can show, instead of a hash of what the test happens to declare. */
const generation = "0f3a";

export class ApiStage implements AsyncDisposable {
  readonly store: Store;
  readonly reads: ApiReads;
  readonly address: string;
  readonly #close: () => Promise<void>;

  private constructor(store: Store, reads: ApiReads, address: string, close: () => Promise<void>) {
    this.store = store;
    this.reads = reads;
    this.address = address;
    this.#close = close;
  }

  /** `fill` writes what has happened so far; the state is read after it. */
  static async start(
    fill: (store: Store) => Promise<void> = fillStore,
    token: string | null = null,
  ): Promise<ApiStage> {
    const folder = await TemporaryFolder.make();
    await folder.write(files);
    mkdirSync(folder.at("store"));
    const mesh = await meshIn(folder);
    const path = folder.at("store/tidemark.db");
    const store = await openSqliteStore(path, { access: "serve", logger: silentLogger });
    await fill(store);
    const state = await WatchState.load(store, mesh, noonMs);
    const clock = { now: () => noonMs, monotonicMs: () => 0 };
    const reads = apiReads({ mesh: () => mesh, state: () => state, store, clock });
    const server = await startHttpServer({
      host: "127.0.0.1",
      port: 0,
      token,
      metrics: async () => ({ contentType: "text/plain", chunks: [Buffer.alloc(0)] }),
      health: () => ({ isStalled: false }),
      ready: async () => ({
        isStoreReachable: true,
        isConfigurationLoaded: true,
        isSchedulerAlive: true,
      }),
      api: reads,
      logger: silentLogger,
    });
    return new ApiStage(store, reads, server.address, async () => {
      await server.close();
      await store[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    });
  }

  /** Status and document of an answer. */
  async get(path: string, init: RequestInit = {}): Promise<{ status: number; body: Json }> {
    const response = await fetch(`${this.address}${path}`, init);
    return { status: response.status, body: (await response.json()) as Json };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

export type Json = Readonly<Record<string, unknown>>;

/** Four days of history, an incident that is over, and one that is open. */
export async function fillStore(store: Store): Promise<void> {
  const day = Date.UTC(2026, 0, 1);
  await store.timelines.noteSlos(["orders/fresh", "orders/whole", "visits/enough"], day);
  await store.timelines.put([
    run(ids.fresh, day, noonMs - 2 * hourMs, "good"),
    run(ids.fresh, noonMs - 2 * hourMs, noonMs - 90 * minuteMs, "bad"),
    run(ids.fresh, noonMs - 90 * minuteMs, noonMs + 40 * minuteMs, "good"),
    run(ids.enough, noonMs - hourMs, noonMs + 30 * minuteMs, "bad"),
  ]);
  await addResult(store, { atMs: noonMs - hourMs, result: tooSlow });
  await addResult(store, { atMs: noonMs - 10 * minuteMs });
  await addResult(store, {
    checkId: ids.enough,
    atMs: noonMs - 10 * minuteMs,
    result: tooFew,
  });
  await store.incidents.put({
    ...incident,
    id: "inc-1",
    dimension: "timeliness",
    alert: "page",
    sinceMs: noonMs - 2 * hourMs,
    openedMs: noonMs - 119 * minuteMs,
    endedMs: noonMs - 90 * minuteMs,
    ending: "resolved",
    checkIds: [],
  });
  await store.incidents.put(incident);
  const today = { connection: "files", product: "orders", dayMs: Date.UTC(2026, 0, 5) };
  await store.costs.add([
    { ...today, statements: 48, toldStatements: 46, bytes: 1_240_000_000, busyMs: 8_250 },
    {
      ...today,
      dayMs: Date.UTC(2026, 0, 4),
      statements: 96,
      toldStatements: 96,
      bytes: 2_480_000_000,
      busyMs: 16_500,
    },
    // On the day before the last thirty.
    {
      ...today,
      dayMs: Date.UTC(2025, 11, 6),
      statements: 1,
      toldStatements: 1,
      bytes: 7,
      busyMs: 7,
    },
  ]);
  await store.exclusions.add({
    id: "exc-1",
    target: "orders/fresh",
    fromMs: noonMs - 2 * hourMs,
    toMs: noonMs - 105 * minuteMs,
    mode: "good",
    reason: "The provider sent the file late; agreed with sales.",
    author: "li@example.com",
    createdMs: noonMs - 80 * minuteMs,
    endedMs: null,
    endedBy: null,
    withdrawal: null,
  });
}

/** The open one. */
export const incident: Incident = {
  id: "inc-2",
  kind: "broken",
  product: "orders",
  datasetId: "orders/orders",
  dimension: "completeness",
  alert: "ticket",
  toldLevels: ["ticket"],
  owner: "checkout",
  sinceMs: noonMs - hourMs,
  openedMs: noonMs - 59 * minuteMs,
  endedMs: null,
  ending: null,
  checkIds: [ids.enough],
  changes: 1,
};

/** Appends a result in a slot of its own, of `orders/orders/fresh` unless said otherwise. */
export async function addResult(
  store: Store,
  { checkId = ids.fresh, atMs, result = passed, probe = 0 }: NewResult,
): Promise<void> {
  const slots = await store.slots.claim(
    [
      {
        probeId: `${checkId}@${probe}`,
        datasetId: "orders/orders",
        dueMs: atMs,
        kind: "scheduled",
        checkIds: [checkId],
      },
    ],
    atMs,
  );
  const slotId = slots[0]?.id ?? Number.NaN;
  await store.results.append([
    {
      checkId,
      generation,
      slotId,
      atMs,
      nextDueMs: atMs + 15 * minuteMs,
      holdMs: 22.5 * minuteMs,
      durationMs: 12.5,
      result,
      evidence: { rung: "column", queryIds: ["orders/orders 4f2a"] },
    },
  ]);
}

interface NewResult extends Partial<ResultRecord> {
  readonly atMs: number;
  /** Tells slots of one instant apart. */
  readonly probe?: number;
}

function run(
  checkId: string,
  fromMs: number,
  toMs: number,
  state: TimelineRun["state"],
): TimelineRun {
  return { checkId, generation, fromMs, toMs, state, observedMs: Math.min(toMs, noonMs) };
}

async function meshIn(folder: TemporaryFolder): Promise<Mesh> {
  const { mesh, problems } = await createLoader({}).load(folder.at("tidemark.yaml"));
  if (mesh === null) {
    throw new Error(problems.map(formatProblem).join("\n"));
  }
  const checks = new Map([...mesh.checks].map(([id, check]) => [id, { ...check, generation }]));
  return { ...mesh, checks };
}
