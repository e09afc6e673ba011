/** Warehouses that bill the time that they are awake are woken by as few instants as the schedules have. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScriptedWarehouse } from "./scripted-warehouse.ts";
import { minuteMs, noonMs, Stage, type Staged } from "./stage.ts";

const daemonFile = `
version: 1
products: ["*.product.yaml"]
connections: { lake: { type: duckdb, max_concurrency: 2 } }
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
`;

const schedules = ["every: 15m", "every: 1h", "every: 30m", 'cron: "0 * * * *"'];

/** Three datasets of each schedule. */
const datasets = schedules.flatMap((schedule, at) =>
  [1, 2, 3].map(
    (number) => `
  rows_${at}_${number}:
    files: rows.csv
    filter: id > 0
    schedule: { ${schedule} }
    checks: { some: { type: volume, min: 2 } }
`,
  ),
);

const productFile = `
version: 1
product: orders
owner: shop
datasets:
${datasets.join("")}
`;

describe("probes of a warehouse that bills the time that it is awake", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
    stage.write({ "tidemark.yaml": daemonFile, "orders.product.yaml": productFile });
  });
  afterEach(async () => {
    await stage[Symbol.asyncDispose]();
  });

  /** Minutes since noon in which statements were sent, and how many in each, over two hours. */
  async function sent(billsWakeTime: boolean): Promise<ReadonlyMap<number, number>> {
    const warehouse = new ScriptedWarehouse({ capabilities: { billsWakeTime } });
    const staged: Staged = await stage.start({ specs: warehouse.specs() });
    await staged.settle();
    const counts = new Map<number, number>();
    warehouse.onAsked = () => {
      const minute = (stage.clock.nowMs - noonMs) / minuteMs;
      counts.set(minute, (counts.get(minute) ?? 0) + 1);
    };
    for (let minute = 1; minute <= 120; minute += 1) {
      await staged.advance(minuteMs);
    }
    return counts;
  }

  it("share one statement at each instant of the shortest schedule", async () => {
    expect([...(await sent(true))]).toEqual([
      [15, 1],
      [30, 1],
      [45, 1],
      [60, 1],
      [75, 1],
      [90, 1],
      [105, 1],
      [120, 1],
    ]);
  });

  it("are spread over time where being awake costs nothing", async () => {
    expect((await sent(false)).size).toBeGreaterThan(12);
  });
});
