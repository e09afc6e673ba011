import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { minuteMs, Stage, type Staged } from "./stage.ts";

interface Teams {
  readonly [team: string]: { readonly page: string; readonly ticket: string };
}

function daemonFile(teams: Teams): string {
  const lines = Object.entries(teams).map(
    ([name, { page, ticket }]) => `  ${name}: { notify: { page: [${page}], ticket: [${ticket}] } }`,
  );
  return `
version: 1
products: ["*.product.yaml"]
connections: { files: { type: duckdb } }
teams:
${lines.join("\n")}
notifiers:
  pager: { type: console }
  board: { type: console }
  other_board: { type: console }
`;
}

const shop = { page: "pager", ticket: "board" };

interface Orders {
  readonly owner?: string;
  readonly checks?: readonly string[];
  readonly slos?: string;
}

function ordersFile({ owner = "shop", checks = [two], slos = "" }: Orders = {}): string {
  return `
version: 1
product: orders
tier: silver
owner: ${owner}
consumers: [finance]
datasets:
  orders:
    files: orders.csv
    schedule: { cron: "*/10 * * * *" }
    columns: { id: { type: bigint } }
    checks:
${checks.map((check) => `      ${check}\n`).join("")}${slos}
`;
}

const two = "two: { type: volume, min: 2 }";
const three = "three: { type: volume, min: 3 }";

const returnsFile = `
version: 1
product: returns
owner: shop
upstream: [orders/orders]
datasets:
  returns:
    files: orders.csv
    schedule: { cron: "0 0 1 1 *" }
    columns: { id: { type: bigint } }
    checks: { some: { type: volume, min: 1 } }
`;

describe("notices", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
    stage.write({
      "tidemark.yaml": daemonFile({ shop }),
      "orders.product.yaml": ordersFile(),
      "returns.product.yaml": returnsFile,
    });
    rows(1);
  });
  afterEach(async () => {
    await stage[Symbol.asyncDispose]();
  });

  function rows(count: number): void {
    stage.write({ "orders.csv": `id\n${"1\n".repeat(count)}` });
  }

  /** Fails at the next due time, and a minute later once more. */
  async function open({ advance }: Staged): Promise<void> {
    await advance(10 * minuteMs);
    await advance(minuteMs);
    await advance(9 * minuteMs);
  }

  /** `change channel` of all that was told, oldest first. */
  async function told({ store }: Staged): Promise<readonly string[]> {
    const ledger = await store.outbox.list(100);
    return ledger.map(({ notice, notifier }) => `${notice.change} ${notifier}`);
  }

  it("go to the channels of the level, and say what else is concerned", async () => {
    stage.write({
      "orders.product.yaml": ordersFile({
        slos: "slos: { whole: { objective: 90%, window: 1d, checks: [orders.two] } }",
      }),
    });
    const staged = await stage.start();
    await open(staged);
    expect(await told(staged)).toEqual(["opened board"]);
    const [delivery] = await staged.store.outbox.list(1);
    expect(delivery?.notice).toMatchObject({
      alert: "ticket",
      downstream: ["returns", "finance"],
      checks: [{ id: "orders/orders/two", type: "volume", outcome: "fail" }],
      // A minute of a day of which a tenth may be bad.
      budgets: [{ slo: "orders/whole", objective: "90%", window: "1d" }],
    });
    expect(delivery?.notice.budgets[0]?.remaining).toBeCloseTo(1 - 60_000 / 8_640_000, 9);
  });

  it("name all checks that fail together, once", async () => {
    stage.write({ "orders.product.yaml": ordersFile({ checks: [two, three] }) });
    const staged = await stage.start();
    await open(staged);
    rows(2);
    await staged.advance(10 * minuteMs);
    rows(3);
    await staged.advance(10 * minuteMs);
    expect(await told(staged)).toEqual(["opened board", "left board", "resolved board"]);
    const ledger = await staged.store.outbox.list(10);
    expect(ledger.map(({ notice }) => notice.changed.map(({ id }) => id))).toEqual([
      ["orders/orders/two", "orders/orders/three"],
      ["orders/orders/two"],
      ["orders/orders/three"],
    ]);
    expect(ledger.map(({ notice }) => notice.id.split(".")[1])).toEqual(["2", "3", "4"]);
  });

  it("reach the end wherever the incident was told of, when a louder check joins", async () => {
    stage.write({
      "orders.product.yaml": ordersFile({
        checks: [two, three],
        slos: "slos: { two: { objective: 90%, window: 1d, alert: page, checks: [orders.two] } }",
      }),
    });
    const staged = await stage.start();
    rows(2);
    await open(staged);
    expect(await told(staged)).toEqual(["opened board"]);
    rows(1);
    await open(staged);
    rows(3);
    await staged.advance(10 * minuteMs);
    expect(await told(staged)).toEqual([
      "opened board",
      "joined board",
      "joined pager",
      "resolved board",
      "resolved pager",
    ]);
  });

  it("go to a check's own owner", async () => {
    stage.write({
      "tidemark.yaml": daemonFile({ shop, depot: { page: "pager", ticket: "other_board" } }),
      "orders.product.yaml": ordersFile({
        checks: ["two: { type: volume, min: 2, owner: depot }"],
      }),
    });
    const staged = await stage.start();
    await open(staged);
    expect(await told(staged)).toEqual(["opened other_board"]);
  });

  it("are sent for nothing that is at level none, and for no check of severity warn", async () => {
    stage.write({
      "orders.product.yaml": ordersFile({
        checks: ["gone: { type: freshness, column: gone, max_age: 1h, severity: warn }"],
      }).replace("tier: silver", "tier: gold"),
    });
    const staged = await stage.start();
    for (let due = 0; due < 5; due += 1) {
      await staged.advance(10 * minuteMs);
    }
    expect(staged.watch.state.openIncidents()).toMatchObject([{ kind: "blind", alert: "none" }]);
    expect(await told(staged)).toEqual([]);
  });

  describe("of a reload", () => {
    it("tell the team of a removed product that its incident is withdrawn", async () => {
      const staged = await stage.start();
      await open(staged);
      stage.write({
        "orders.product.yaml": ordersFile().replace("product: orders", "product: sales"),
        "returns.product.yaml": returnsFile.replace("upstream: [orders/orders]\n", ""),
      });
      await staged.watch.reload(await stage.mesh());
      expect(await told(staged)).toEqual(["opened board", "withdrawn board"]);
      const [, withdrawn] = await staged.store.outbox.list(10);
      expect(withdrawn?.notice).toMatchObject({
        product: { name: "orders", tier: "silver" },
        changed: [{ id: "orders/orders/two", type: "volume", outcome: "fail" }],
      });
    });

    it("say what was found last of a product that was removed while the daemon was down", async () => {
      const first = await stage.start();
      await open(first);
      await first.kill();
      stage.write({
        "orders.product.yaml": ordersFile().replace("product: orders", "product: sales"),
        "returns.product.yaml": returnsFile.replace("upstream: [orders/orders]\n", ""),
      });
      const staged = await stage.start();
      expect(await told(staged)).toEqual(["opened board", "withdrawn board"]);
      const [opened, withdrawn] = await staged.store.outbox.list(10);
      expect(withdrawn?.notice.changed[0]?.summary).toBe(opened?.notice.changed[0]?.summary);
    });

    it.each([
      ["none", ["raised pager"]],
      ["ticket", ["opened board", "raised board", "raised pager"]],
    ])(
      "tell once of an open incident whose level was raised from %s to page",
      async (from, notices) => {
        const alerting = (alert: string) =>
          ordersFile({
            slos: `slos: { two: { objective: 90%, window: 1d, alert: ${alert}, checks: [orders.two] } }`,
          });
        stage.write({ "orders.product.yaml": alerting(from) });
        const staged = await stage.start();
        await open(staged);
        await staged.watch.reload(await stage.mesh({ "orders.product.yaml": alerting("page") }));
        await staged.watch.reload(await stage.mesh());
        expect(await told(staged)).toEqual(notices);
        await staged.kill();
        const restarted = await stage.start();
        expect(await told(restarted)).toEqual(notices);
        rows(2);
        await restarted.advance(10 * minuteMs);
        expect(await told(restarted)).toContain("resolved pager");
      },
    );

    it("go to a team's new channel when that changes with them", async () => {
      const staged = await stage.start();
      await open(staged);
      stage.write({
        "tidemark.yaml": daemonFile({ shop: { page: "pager", ticket: "other_board" } }),
        "orders.product.yaml": ordersFile({ checks: [three] }),
      });
      await staged.watch.reload(await stage.mesh());
      expect(await told(staged)).toEqual(["opened board", "withdrawn other_board"]);
    });

    it("go to the product's owner when the team of the incident has been renamed", async () => {
      const staged = await stage.start();
      await open(staged);
      stage.write({
        "tidemark.yaml": daemonFile({ checkout: { page: "pager", ticket: "other_board" } }),
        "orders.product.yaml": ordersFile({ owner: "checkout" }),
        "returns.product.yaml": returnsFile.replace("owner: shop", "owner: checkout"),
      });
      await staged.watch.reload(await stage.mesh());
      expect(await told(staged)).toEqual(["opened board"]);
      rows(2);
      await staged.advance(10 * minuteMs);
      expect(await told(staged)).toEqual(["opened board", "resolved other_board"]);
    });

    it("go on to the team that heard of the incident when the product changes hands", async () => {
      const staged = await stage.start();
      await open(staged);
      stage.write({
        "tidemark.yaml": daemonFile({ shop, depot: { page: "pager", ticket: "other_board" } }),
        "orders.product.yaml": ordersFile({ owner: "depot" }),
      });
      await staged.watch.reload(await stage.mesh());
      rows(2);
      await staged.advance(10 * minuteMs);
      expect(await told(staged)).toEqual(["opened board", "resolved board"]);
    });
  });
});
