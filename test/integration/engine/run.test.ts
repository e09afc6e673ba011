import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registries, types } from "../../../src/app/registries.ts";
import type { CheckTypeSpec } from "../../../src/core/check.ts";
import { CheckTypes } from "../../../src/engine/check-types.ts";
import { type CheckRun, type DatasetRun, runDataset } from "../../../src/engine/run.ts";
import { Warehouses } from "../../../src/engine/warehouses.ts";
import { silentLogger } from "../../helpers/silent-logger.ts";
import { noonMs, Stage, Witness } from "./stage.ts";

const daemonFile = `
version: 1
products: ["*.product.yaml"]
connections: { files: { type: duckdb, max_concurrency: 1, statement_timeout: 1s } }
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
`;

function productFile(checks: string, source = "files: orders.csv"): string {
  return `
version: 1
product: orders
owner: shop
datasets:
  orders:
    ${source}
    columns: { id: { type: bigint } }
    checks:
${checks}`;
}

const stamp = new Date(noonMs).toISOString().slice(0, 19);

/** One row, in which every column but those named holds noon. */
function csvWithout(...missing: readonly string[]): string {
  const columns = ["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8"];
  const present = columns.filter((name) => !missing.includes(name));
  return `id,${present.join(",")}\n1,${present.map(() => stamp).join(",")}\n`;
}

const eightChecks = ["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8"]
  .map((name) => `      ${name}: { type: freshness, column: ${name}, max_age: 1h }\n`)
  .join("");

describe("a run of a dataset", () => {
  let stage: Stage;
  let witness: Witness;
  let warehouses: Warehouses;
  beforeEach(() => {
    stage = new Stage();
    witness = new Witness();
    warehouses = new Warehouses({
      specs: witness.specs(),
      clock: stage.clock,
      logger: silentLogger,
      onStatement: () => {},
    });
    stage.write({ "tidemark.yaml": daemonFile });
  });
  afterEach(async () => {
    witness.release();
    await warehouses[Symbol.asyncDispose]();
    await stage[Symbol.asyncDispose]();
  });

  async function run(files: Record<string, string>, using = types): Promise<DatasetRun> {
    const mesh = await stage.mesh(files);
    await warehouses.reload(mesh);
    const [dataset] = mesh.datasets.values();
    if (dataset === undefined) {
      throw new Error("the mesh has no dataset");
    }
    let ids = 0;
    return runDataset(dataset, [...mesh.checks.values()], {
      warehouse: warehouses.of("files"),
      types: using,
      clock: stage.clock,
      logger: silentLogger,
      signal: new AbortController().signal,
      last: () => null,
      newId: () => {
        ids += 1;
        return `id${ids}`;
      },
    });
  }

  it("finds the one bad column among eight by halving, and spoils none of the others", async () => {
    const { checks } = await run({
      "orders.product.yaml": productFile(eightChecks),
      "orders.csv": csvWithout("t5"),
    });
    expect(outcomesOf(checks)).toEqual({
      t1: "pass",
      t2: "pass",
      t3: "pass",
      t4: "pass",
      t5: "error",
      t6: "pass",
      t7: "pass",
      t8: "pass",
    });
    expect(checks[4]?.result.failure?.kind).toBe("invalid_query");
    // All eight; four and four; two and two; one and one.
    expect(witness.statements).toHaveLength(7);
    expect(checks[0]?.evidence.queryIds).toHaveLength(7);
  });

  it("finds two bad columns that lie apart", async () => {
    const { checks } = await run({
      "orders.product.yaml": productFile(eightChecks),
      "orders.csv": csvWithout("t2", "t7"),
    });
    const bad = checks.filter(({ result }) => result.outcome === "error");
    expect(bad.map(({ check }) => check.name)).toEqual(["t2", "t7"]);
    expect(witness.statements).toHaveLength(11);
  });

  it("asks nothing more after a timeout", async () => {
    const { checks } = await run({
      "orders.product.yaml": productFile(
        "      a: { type: volume, min: 1 }\n      b: { type: freshness, column: i, max_age: 1h }\n",
        "query: SELECT i FROM range(1000000000000) AS t(i) WHERE hash(i) % 7 = 0",
      ),
    });
    expect(checks.map(({ result }) => result.failure?.kind)).toEqual(["timeout", "timeout"]);
    expect(witness.statements).toHaveLength(1);
  });

  it("asks nothing more after a refused permission", async () => {
    const { checks } = await run({
      "orders.product.yaml": productFile(
        "      a: { type: volume, min: 1 }\n      b: { type: freshness, column: i, max_age: 1h }\n",
        "query: SELECT * FROM read_csv('/etc/hostname')",
      ),
    });
    expect(checks.map(({ result }) => result.failure?.kind)).toEqual(["permission", "permission"]);
    expect(witness.statements).toHaveLength(1);
  });

  it.each(["plan", "evaluate"] as const)(
    "lets a check type that throws in %s spoil its own checks only",
    async (where) => {
      const broken: CheckTypeSpec = {
        ...known("volume"),
        [where]: () => {
          throw new Error("a fault of this check type");
        },
      };
      const { checks } = await run(
        {
          "orders.product.yaml": productFile(
            "      enough: { type: volume, min: 1 }\n      fresh: { type: freshness, column: t1, max_age: 1h }\n",
          ),
          "orders.csv": csvWithout(),
        },
        new CheckTypes(new Map([...registries.checkTypes, ["volume", broken]])),
      );
      expect(outcomesOf(checks)).toEqual({ enough: "error", fresh: "pass" });
      expect(checks[0]?.result.failure?.kind).toBe("internal");
    },
  );

  it("turns the failure of a check of severity warn into a warning, and nothing else", async () => {
    const { checks } = await run({
      "orders.product.yaml": productFile(
        [
          "      few: { type: volume, min: 2, severity: warn }",
          "      enough: { type: volume, min: 1, severity: warn }",
          "      gone: { type: freshness, column: t9, max_age: 1h, severity: warn }",
          "      strict: { type: volume, min: 2 }\n",
        ].join("\n"),
      ),
      "orders.csv": csvWithout(),
    });
    expect(outcomesOf(checks)).toEqual({
      few: "warn",
      enough: "pass",
      gone: "error",
      strict: "fail",
    });
  });

  it("speaks of the instant at which its statement was sent, not of the one at which it was due", async () => {
    const files = {
      "orders.product.yaml": productFile(
        "      fresh: { type: freshness, column: t1, max_age: 1h }\n      shape: { type: schema }\n",
      ),
      "orders.csv": csvWithout(),
    };
    await run(files);
    witness.hold();
    const [, second] = [run(files), run(files)];
    stage.clock.nowMs += 5 * 60_000;
    witness.release();
    const { startedMs, checks } = await second;
    expect(startedMs).toBe(noonMs + 300_000);
    expect(checks[0]).toMatchObject({
      atMs: noonMs + 300_000,
      result: { measured: { age_seconds: 300 } },
    });
  });

  it("tells what was read: the columns' ids, or the catalogue", async () => {
    const { checks } = await run({
      "orders.product.yaml": productFile(
        "      fresh: { type: freshness, column: t1, max_age: 1h }\n      shape: { type: schema }\n",
      ),
      "orders.csv": csvWithout(),
    });
    expect(checks.map(({ evidence }) => evidence)).toEqual([
      { rung: "column", queryIds: ["orders/orders id1"] },
      { rung: "catalogue", queryIds: [] },
    ]);
    expect(witness.described).toEqual([["orders/orders"]]);
  });
});

function outcomesOf(checks: readonly CheckRun[]): Record<string, string> {
  return Object.fromEntries(checks.map(({ check, result }) => [check.name, result.outcome]));
}

function known(name: string): CheckTypeSpec {
  const spec = registries.checkTypes.get(name);
  if (spec === undefined) {
    throw new Error(`${name} is no check type`);
  }
  return spec;
}
