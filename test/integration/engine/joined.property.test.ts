import * as fc from "fast-check";
import { expect, it } from "vitest";
import { types } from "../../../src/app/registries.ts";
import { runDataset } from "../../../src/engine/run.ts";
import { Warehouses } from "../../../src/engine/warehouses.ts";
import { silentLogger } from "../../helpers/silent-logger.ts";
import { AwakeWarehouse } from "./awake-warehouse.ts";
import { noonMs, Stage } from "./stage.ts";

const daemonFile = `
version: 1
products: ["*.product.yaml"]
connections: { files: { type: duckdb, max_concurrency: 2 } }
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
`;

const sources = [
  "files: many.csv",
  'files: few.csv, filter: "id > 1"',
  "files: sometimes.csv",
  'query: "select * from range(3) as t (id)"',
  'query: "select nothing from nowhere"',
];
const checks = [
  "enough: { type: volume, min: 2 }",
  "hour: { type: volume, column: loaded_at, window: 1h, min: 1 }",
  "fresh: { type: freshness, column: loaded_at, max_age: 1h }",
  "shape: { type: schema }",
];

const datasets = fc.array(
  fc.record({
    source: fc.constantFrom(...sources),
    zone: fc.constantFrom("UTC", "Europe/Berlin"),
    checks: fc.subarray(checks, { minLength: 1 }),
  }),
  { minLength: 1, maxLength: 7 },
);

const stamp = new Date(noonMs - 60_000).toISOString().slice(0, 19);
const many = `id,loaded_at\n1,${stamp}\n2,${stamp}\n`;

/** What every check of the mesh said, in three rounds between which a file comes and goes, and the statements sent. */
async function live(product: string, billsWakeTime: boolean) {
  await using stage = new Stage();
  const warehouse = new AwakeWarehouse({ billsWakeTime });
  stage.write({
    "tidemark.yaml": daemonFile,
    "orders.product.yaml": product,
    "few.csv": `id,loaded_at\n1,${stamp}\n`,
    "many.csv": many,
  });
  const mesh = await stage.mesh({}, warehouse.specs());
  await using warehouses = new Warehouses({
    specs: warehouse.specs(),
    clock: stage.clock,
    logger: silentLogger,
    onStatement: () => {},
  });
  await warehouses.reload(mesh);
  const { signal } = new AbortController();
  const context = {
    warehouse: warehouses.of("files"),
    types,
    clock: stage.clock,
    logger: silentLogger,
    signal,
    last: () => null,
    newId: () => "id",
  };
  const said: unknown[] = [];
  const round = async (): Promise<void> => {
    const runs = await Promise.all(
      [...mesh.datasets.values()].map((dataset) =>
        runDataset(
          dataset,
          dataset.checkIds.flatMap((id) => mesh.checks.get(id) ?? []),
          context,
        ),
      ),
    );
    said.push(
      runs.flatMap((run) =>
        run.checks.map(({ check, result, evidence }) => [check.id, result, evidence.rung]),
      ),
    );
  };
  await round();
  stage.write({ "sometimes.csv": many });
  await round();
  await round();
  return { said, statements: warehouse.statements.length };
}

it("datasets that share statements are told of exactly what each would be told alone", async () => {
  let spared = 0;
  await fc.assert(
    fc.asyncProperty(datasets, async (given) => {
      const product = `
version: 1
product: orders
owner: shop
datasets:
${given
  .map(
    ({ source, zone, checks: own }, at) =>
      `  d${at}: { ${source}, timezone: ${zone}, columns: { id: { type: bigint } }, checks: { ${own.join(", ")} } }`,
  )
  .join("\n")}
`;
      const apart = await live(product, false);
      const joined = await live(product, true);
      expect(joined.said).toEqual(apart.said);
      spared += apart.statements - joined.statements;
    }),
    { numRuns: 20 },
  );
  expect(spared).toBeGreaterThan(0);
}, 120_000);
