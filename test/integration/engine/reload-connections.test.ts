import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../helpers/postgres.ts";
import { until } from "../../helpers/until.ts";
import { minuteMs, noonMs, Stage, type Staged, Witness } from "./stage.ts";

function daemonFile(connections: string): string {
  return `
version: 1
products: ["*.product.yaml"]
connections:
${connections}
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
`;
}

const twoLakes = daemonFile("  left: { type: duckdb }\n  right: { type: duckdb }");
const twoLakesOneLarger = twoLakes.replace(
  "right: { type: duckdb }",
  "right: { type: duckdb, memory_limit: 2GB }",
);

function productFile(name: string, connection: string, source: string, min = 1): string {
  return `
version: 1
product: ${name}
owner: shop
datasets:
  rows:
    connection: ${connection}
    ${source}
    schedule: { cron: "*/10 * * * *" }
    columns: { id: { type: bigint } }
    checks: { enough: { type: volume, min: ${min} } }
`;
}

const csv = "id\n1\n2\n";

describe("a reload", () => {
  let stage: Stage;
  let witness: Witness;
  beforeEach(() => {
    stage = new Stage();
    witness = new Witness();
    stage.write({
      "tidemark.yaml": twoLakes,
      "a.product.yaml": productFile("a", "left", "files: left/rows.csv"),
      "b.product.yaml": productFile("b", "right", "files: right/rows.csv"),
      "left/rows.csv": csv,
      "right/rows.csv": csv,
    });
  });
  afterEach(async () => {
    witness.release();
    await stage[Symbol.asyncDispose]();
  });

  const start = (): Promise<Staged> => stage.start({ specs: witness.specs() });
  const outcomeOf = ({ watch }: Staged, id: string): string | undefined =>
    watch.state.latestOf(id)?.result.outcome;

  it("keeps the connectors of connections that did not change", async () => {
    const { watch, advance } = await start();
    await advance(10 * minuteMs);
    await watch.reload(
      await stage.mesh({ "a.product.yaml": productFile("a", "left", "files: left/rows.csv", 2) }),
    );
    await advance(10 * minuteMs);
    expect(witness.created).toEqual(["left", "right"]);
    expect(witness.closed).toEqual([]);
  });

  it("replaces the connector of one that did, when its running query has ended", async () => {
    const staged = await start();
    witness.hold();
    stage.clock.nowMs += 10 * minuteMs;
    await staged.watch.beat();
    await staged.watch.reload(await stage.mesh({ "tidemark.yaml": twoLakesOneLarger }));
    expect(witness.created).toEqual(["left", "right", "right"]);
    expect(witness.closed).toEqual([]);
    witness.release();
    await staged.settle();
    expect(outcomeOf(staged, "b/rows/enough")).toBe("pass");
    await until("the old connector to be closed", () => witness.closed.length > 0);
    expect(witness.closed).toEqual(["right"]);
    await staged.advance(10 * minuteMs);
    expect(staged.endings).toMatchObject({ done: 4, error: 0 });
  });

  it("closes the connector of a connection that is gone", async () => {
    const { watch, advance } = await start();
    await advance(10 * minuteMs);
    await watch.reload(
      await stage.mesh({
        "tidemark.yaml": daemonFile("  left: { type: duckdb }"),
        "b.product.yaml": productFile("b", "left", "files: right/rows.csv"),
      }),
    );
    await until("the old connector to be closed", () => witness.closed.includes("right"));
    await advance(10 * minuteMs);
    expect(watch.state.latestOf("b/rows/enough")).toMatchObject({
      atMs: noonMs + 20 * minuteMs,
      result: { outcome: "pass" },
    });
  });

  it("lets a connection that reads files read those of a new dataset, and no longer those of an old one", async () => {
    const staged = await start();
    await staged.watch.reload(
      await stage.mesh({
        "b.product.yaml": productFile("b", "right", "files: elsewhere/rows.csv"),
        "c.product.yaml": productFile(
          "c",
          "right",
          `query: SELECT * FROM read_csv('${stage.dir}/right/rows.csv')`,
        ),
        "elsewhere/rows.csv": csv,
      }),
    );
    await staged.advance(10 * minuteMs);
    expect(outcomeOf(staged, "b/rows/enough")).toBe("pass");
    expect(staged.watch.state.latestOf("c/rows/enough")?.result.failure?.kind).toBe("permission");
  });

  it("keeps a connection that reads no files open when its datasets change", async () => {
    const server = `  dwh: { type: postgres, url: "postgres://a@127.0.0.1:${await freePort()}/x" }`;
    stage.write({
      "tidemark.yaml": daemonFile(server),
      "a.product.yaml": productFile("a", "dwh", "table: a"),
      "b.product.yaml": productFile("b", "dwh", "table: b"),
    });
    const { watch } = await start();
    await watch.reload(
      await stage.mesh({ "b.product.yaml": productFile("b", "dwh", "table: other.b") }),
    );
    expect(witness.created).toEqual(["dwh"]);
  });

  it("changes nothing when a connector cannot be made", async () => {
    const specs = new Map(
      [...witness.specs()].map(([type, spec]) => [
        type,
        {
          ...spec,
          create: (...given: Parameters<typeof spec.create>) => {
            if (given[1].name === "broken") {
              throw new TypeError("a fault of this connector");
            }
            return spec.create(...given);
          },
        },
      ]),
    );
    const staged = await stage.start({ specs });
    const before = staged.watch.mesh;
    const next = await stage.mesh({
      "tidemark.yaml": daemonFile("  left: { type: duckdb }\n  broken: { type: duckdb }"),
      "b.product.yaml": productFile("b", "broken", "files: right/rows.csv"),
    });
    await expect(staged.watch.reload(next)).rejects.toThrow("a fault of this connector");
    expect(staged.watch.mesh).toBe(before);
    await staged.advance(10 * minuteMs);
    expect(outcomeOf(staged, "b/rows/enough")).toBe("pass");
    expect(witness.closed).toEqual([]);
  });

  it("runs what is new on a connection that is new at once", async () => {
    const staged = await start();
    await staged.watch.reload(
      await stage.mesh({
        "tidemark.yaml": daemonFile(
          "  left: { type: duckdb }\n  right: { type: duckdb }\n  third: { type: duckdb }",
        ),
        "c.product.yaml": productFile("c", "third", "files: left/rows.csv").replace(
          '{ cron: "*/10 * * * *" }',
          "{ every: 1h }",
        ),
      }),
    );
    await staged.settle();
    expect(outcomeOf(staged, "c/rows/enough")).toBe("pass");
  });
});
