/** Budgets of bytes and the costs that they are reckoned by, over a warehouse that tells what it scans. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DailyCost } from "../../../src/core/cost.ts";
import { openSqliteStore } from "../../../src/store/sqlite/store.ts";
import { silentLogger } from "../../helpers/silent-logger.ts";
import { until } from "../../helpers/until.ts";
import { FailingStore } from "./failing-store.ts";
import { ScriptedWarehouse } from "./scripted-warehouse.ts";
import { minuteMs, noonMs, Stage, type Staged } from "./stage.ts";

const hourMs = 60 * minuteMs;
const todayMs = noonMs - 12 * hourMs;
const gigabyte = 1_000_000_000;
const telling = { capabilities: { reportsBytes: true }, bytesPerStatement: gigabyte } as const;

const daemonFile = (connection = ""): string => `
version: 1
products: ["*.product.yaml"]
connections: { lake: { type: duckdb${connection} } }
teams:
  shop: { notify: { page: [console], ticket: [console] } }
  desk: { notify: { page: [board], ticket: [board] } }
notifiers: { console: { type: console }, board: { type: console } }
`;

const productFile = (name: string, owner = "shop", more = "", every = "1h"): string => `
version: 1
product: ${name}
owner: ${owner}
tier: silver
${more}
datasets:
  rows:
    files: ${name}.csv
    # So that no metadata can answer.
    filter: id > 0
    schedule: { cron: "${every === "1h" ? "0" : "*/10"} * * * *" }
    columns: { id: { type: bigint } }
    checks: { some: { type: volume, min: 2 } }
slos:
  whole: { objective: 95%, window: 30d, checks: [rows.some] }
`;

describe("a budget of bytes", () => {
  let stage: Stage;
  let warehouse: ScriptedWarehouse;
  beforeEach(() => {
    stage = new Stage();
    warehouse = new ScriptedWarehouse(telling);
  });
  afterEach(async () => {
    await stage[Symbol.asyncDispose]();
  });

  const start = (files: Readonly<Record<string, string>>): Promise<Staged> => {
    stage.write(files);
    return stage.start({ specs: warehouse.specs() });
  };

  /** What was told, in order: which notice of which incident, to whom. */
  const told = async ({ store }: Staged): Promise<readonly string[]> =>
    (await store.outbox.list(99)).map(
      ({ notifier, notice }) => `${notifier}: ${notice.incidentId} ${notice.change}`,
    );

  const outcomeOf = (staged: Staged, checkId: string): string => {
    const result = staged.watch.state.latestOf(checkId)?.result;
    return result?.failure?.kind ?? result?.outcome ?? "none";
  };

  it("is spent, is told once, and begins anew on the next day", async () => {
    const staged = await start({
      "tidemark.yaml": daemonFile(", max_bytes_per_day: 3GB"),
      "orders.product.yaml": productFile("orders"),
    });
    const check = "orders/rows/some";
    const seen: string[] = [];
    for (let hour = 1; hour <= 12; hour += 1) {
      await staged.advance(hourMs);
      seen.push(outcomeOf(staged, check));
    }
    expect(seen.join(" ")).toBe(
      "pass pass pass budget budget budget budget budget budget budget budget pass",
    );
    expect(warehouse.asked).toHaveLength(4);
    const id = "budget.connection.lake.3000000000.shop.2026-01-05";
    expect(await told(staged)).toEqual([`console: ${id} opened`, `console: ${id} resolved`]);
    expect(staged.watch.state.openIncidents()).toEqual([]);
  });

  it("leaves what was not measured unknown, neither good nor bad", async () => {
    const staged = await start({
      "tidemark.yaml": daemonFile(", max_bytes_per_day: 1GB"),
      "orders.product.yaml": productFile("orders"),
    });
    for (let hour = 1; hour <= 6; hour += 1) {
      await staged.advance(hourMs);
    }
    const slo = staged.watch.mesh.slos.get("orders/whole");
    const status = slo === undefined ? null : staged.watch.state.statusOf(slo, stage.clock.nowMs);
    expect(status).toMatchObject({ bad: 0, good: 1.5 * hourMs });
    expect(status?.unknown).toBe(4.5 * hourMs);
  });

  it("says in its notice whose budget it is, how much was scanned, and what to do", async () => {
    const staged = await start({
      "tidemark.yaml": daemonFile(),
      "orders.product.yaml": productFile("orders", "shop", "max_bytes_per_day: 1GB"),
    });
    await staged.advance(hourMs);
    await staged.advance(hourMs);
    const [delivery] = await staged.store.outbox.list(9);
    expect(delivery?.notice).toMatchObject({
      kind: "budget",
      alert: "ticket",
      change: "opened",
      product: { name: "orders" },
      checks: [
        {
          id: "orders/rows/some",
          outcome: "error",
          failure: "budget",
          summary:
            "The number of rows could not be measured: The product orders may scan 1GB a day: 1GB were scanned today (UTC).",
        },
      ],
    });
  });

  it("of a connection is told once to each owner, however many products it stops", async () => {
    const staged = await start({
      "tidemark.yaml": daemonFile(", max_bytes_per_day: 1B"),
      "orders.product.yaml": productFile("orders"),
      "refunds.product.yaml": productFile("refunds"),
      "tickets.product.yaml": productFile("tickets", "desk"),
    });
    await staged.advance(hourMs);
    await staged.advance(hourMs);
    await staged.advance(hourMs);
    expect((await told(staged)).toSorted()).toEqual([
      "board: budget.connection.lake.1.desk.2026-01-05 opened",
      "console: budget.connection.lake.1.shop.2026-01-05 opened",
    ]);
    const stopped = staged.watch.state
      .openIncidents()
      .map(({ checkIds }) => checkIds.toSorted().join(" "));
    expect(stopped.toSorted()).toEqual(["orders/rows/some refunds/rows/some", "tickets/rows/some"]);
  });

  it("of a product stops that product alone", async () => {
    const staged = await start({
      "tidemark.yaml": daemonFile(),
      "orders.product.yaml": productFile("orders", "shop", "max_bytes_per_day: 1GB"),
      "refunds.product.yaml": productFile("refunds"),
    });
    await staged.advance(hourMs);
    await staged.advance(hourMs);
    expect(outcomeOf(staged, "orders/rows/some")).toBe("budget");
    expect(outcomeOf(staged, "refunds/rows/some")).toBe("pass");
    expect(warehouse.asked.filter((id) => id === "orders/rows")).toHaveLength(1);
  });

  it("is another thing than a warehouse's own cap on one query, which is told as blindness", async () => {
    warehouse.answers.set("orders/rows", "capped");
    const staged = await start({
      "tidemark.yaml": daemonFile(),
      "orders.product.yaml": productFile("orders"),
    });
    for (let hour = 1; hour <= 6; hour += 1) {
      await staged.advance(hourMs);
    }
    expect(outcomeOf(staged, "orders/rows/some")).toBe("budget");
    const [delivery, ...more] = await staged.store.outbox.list(9);
    expect([delivery?.notice.kind, more.length]).toEqual(["blind", 0]);
  });

  it("stays spent over a restart, and is not told again", async () => {
    const files = {
      "tidemark.yaml": daemonFile(", max_bytes_per_day: 2GB"),
      "orders.product.yaml": productFile("orders"),
    };
    const first = await start(files);
    for (let hour = 1; hour <= 3; hour += 1) {
      await first.advance(hourMs);
    }
    expect(outcomeOf(first, "orders/rows/some")).toBe("budget");
    await first.kill();
    const second = await start(files);
    await second.settle();
    await second.advance(hourMs);
    expect(outcomeOf(second, "orders/rows/some")).toBe("budget");
    expect(warehouse.asked).toHaveLength(2);
    expect(await told(second)).toHaveLength(1);
    expect(await costsOf(second)).toEqual([
      {
        connection: "lake",
        product: "orders",
        dayMs: todayMs,
        statements: 2,
        toldStatements: 2,
        bytes: 2 * gigabyte,
        busyMs: expect.any(Number) as number,
      },
    ]);
  });

  it("that is raised lets measuring go on, and ends its incident", async () => {
    const staged = await start({
      "tidemark.yaml": daemonFile(", max_bytes_per_day: 1GB"),
      "orders.product.yaml": productFile("orders"),
    });
    await staged.advance(hourMs);
    await staged.advance(hourMs);
    const raised = { "tidemark.yaml": daemonFile(", max_bytes_per_day: 3GB") };
    await staged.watch.reload(await stage.mesh(raised));
    await staged.advance(hourMs);
    expect(outcomeOf(staged, "orders/rows/some")).toBe("pass");
    const id = "budget.connection.lake.1000000000.shop.2026-01-05";
    expect(await told(staged)).toEqual([`console: ${id} opened`, `console: ${id} withdrawn`]);
  });

  it("counts what another process scanned", async () => {
    const staged = await start({
      "tidemark.yaml": daemonFile(", max_bytes_per_day: 2GB"),
      "orders.product.yaml": productFile("orders"),
    });
    await staged.advance(hourMs);
    expect(outcomeOf(staged, "orders/rows/some")).toBe("pass");
    {
      const { path } = staged.watch.mesh.store;
      await using command = await openSqliteStore(path, {
        access: "command",
        logger: silentLogger,
      });
      await command.costs.add([
        {
          connection: "lake",
          product: "orders",
          dayMs: todayMs,
          statements: 1,
          toldStatements: 1,
          bytes: gigabyte,
          busyMs: 5,
        },
      ]);
    }
    await staged.advance(hourMs);
    expect(outcomeOf(staged, "orders/rows/some")).toBe("budget");
  });

  it("keeps back a statement whose dry run says that it would scan more than is left", async () => {
    warehouse = new ScriptedWarehouse({ ...telling, estimatedBytes: 2 * gigabyte });
    const staged = await start({
      "tidemark.yaml": daemonFile(", max_bytes_per_day: 2500MB"),
      "orders.product.yaml": productFile("orders"),
    });
    await staged.advance(hourMs);
    expect(outcomeOf(staged, "orders/rows/some")).toBe("pass");
    await staged.advance(hourMs);
    expect(staged.watch.state.latestOf("orders/rows/some")?.result.summary).toBe(
      "The number of rows could not be measured: The connection lake may scan 2.5GB a day: 1GB were scanned today (UTC), and the statement would scan 2GB.",
    );
    expect(warehouse.asked).toHaveLength(1);
  });
});

describe("costs", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(async () => {
    await stage[Symbol.asyncDispose]();
  });

  it("are committed with the results, by day and product", async () => {
    const warehouse = new ScriptedWarehouse(telling);
    stage.write({
      "tidemark.yaml": daemonFile(),
      "orders.product.yaml": productFile("orders"),
      "refunds.product.yaml": productFile("refunds", "shop", "", "10m"),
    });
    const staged = await stage.start({ specs: warehouse.specs() });
    await staged.advance(hourMs);
    await staged.advance(10 * minuteMs);
    await staged.advance(12 * hourMs - 10 * minuteMs);
    const kept = (await costsOf(staged)).map(({ product, dayMs, statements, bytes }) => [
      product,
      (dayMs - todayMs) / (24 * hourMs),
      statements,
      bytes / gigabyte,
    ]);
    expect(kept).toEqual([
      ["orders", 0, 1, 1],
      ["refunds", 0, 2, 2],
      ["orders", 1, 1, 1],
      ["refunds", 1, 1, 1],
    ]);
  });

  it("of a warehouse that tells no bytes are statements and time, and bytes are unknown", async () => {
    const warehouse = new ScriptedWarehouse();
    stage.write({ "tidemark.yaml": daemonFile(), "orders.product.yaml": productFile("orders") });
    const staged = await stage.start({ specs: warehouse.specs() });
    await staged.advance(hourMs);
    expect(await costsOf(staged)).toMatchObject([{ statements: 1, toldStatements: 0, bytes: 0 }]);
  });

  it("of results that the store refuses are counted once, when it takes them", async () => {
    const warehouse = new ScriptedWarehouse(telling);
    stage.write({ "tidemark.yaml": daemonFile(), "orders.product.yaml": productFile("orders") });
    const failing: FailingStore[] = [];
    const staged = await stage.start({
      specs: warehouse.specs(),
      wrapStore: (real) => {
        const one = new FailingStore(real);
        failing.push(one);
        return one.store;
      },
    });
    const [store] = failing;
    stage.clock.nowMs += hourMs;
    warehouse.onAsked = () => {
      fail(store, "commit");
    };
    await staged.watch.beat();
    await until("the store to refuse the results", () => !staged.watch.isStoreWritable, {
      everyMs: 1,
    });
    expect(await costsOf(staged)).toEqual([]);
    fail(store, "nothing");
    await staged.watch.beat();
    await staged.settle();
    expect(await costsOf(staged)).toMatchObject([{ statements: 1, bytes: gigabyte }]);
    await staged.kill();
    const again = await stage.start({ specs: warehouse.specs() });
    expect(await costsOf(again)).toMatchObject([{ statements: 1, bytes: gigabyte }]);
  });
});

function fail(store: FailingStore | undefined, how: FailingStore["failing"]): void {
  if (store !== undefined) {
    store.failing = how;
  }
}

function costsOf({ store }: Staged): Promise<readonly DailyCost[]> {
  return store.costs.between(0, Number.MAX_SAFE_INTEGER, null);
}
