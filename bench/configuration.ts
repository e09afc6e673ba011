import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { createLoader } from "../src/app/configuration.ts";
import type { LoadedConfiguration } from "../src/config/load.ts";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { build, NodeProcess } from "./_shared/child.ts";
import { watchLoop } from "./_shared/loop-stall.ts";
import { productText, writeMesh } from "./_shared/mesh.ts";
import { median, timed } from "./_shared/pairs.ts";
import { asMs, type Benchmark } from "./_shared/report.ts";

const files = 2_000;
const checksPerFile = 10;
const rounds = 5;
const maxMs = 4_000;
const maxStallMs = 200;

const connection = { type: "postgres", host: "warehouse.example", user: "tidemark" };

/** A mesh as large as one daemon is made for: every team of a large company with its products. */
export const configuration: Benchmark = {
  name: "configuration",
  title: `${files} product files with ${files * checksPerFile} checks`,

  async run(report) {
    await using folder = await TemporaryFolder.make();
    await using built = await build();
    const path = await writeProducts(folder);
    const texts = await textsOf(folder);

    const wholeMs: number[] = [];
    const rawMs: number[] = [];
    const loads: { readonly tookMs: number; readonly stallMs: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      wholeMs.push(await timed(() => validate(built.main, path)));
      rawMs.push(await timed(async () => texts.map((text): unknown => parse(text))));
      const load = await watchLoop(() => createLoader({}).load(path));
      assertValid(load.value);
      loads.push(load);
    }
    report.find({
      what: "`tidemark validate`, from its start to its end",
      measured: `${asMs(Math.min(...wholeMs))} (median ${asMs(median(wholeMs))})`,
      baseline: `${asMs(Math.min(...rawMs))} for the yaml package alone, once warm`,
      target: `at most ${asMs(maxMs)}`,
      isMet: Math.min(...wholeMs) <= maxMs,
    });
    report.find(stall("longest stall of the event loop while loading", loads));

    const loader = createLoader({});
    await loader.load(path);
    const reloads: (typeof loads)[number][] = [];
    const parsed: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await folder.write({ "product_7.product.yaml": productAt(7, round + 1) });
      const reload = await watchLoop(() => loader.load(path));
      assertValid(reload.value);
      reloads.push(reload);
      parsed.push(reload.value.parsedFiles);
    }
    report.find({
      what: "reload after one file changed",
      measured: `${asMs(median(reloads.map(({ tookMs }) => tookMs)))}, ${Math.max(...parsed)} files parsed`,
      baseline: `${asMs(median(loads.map(({ tookMs }) => tookMs)))} for a first load, ${files + 1} files parsed`,
      target: "2 files: tidemark.yaml and the changed one",
      isMet: Math.max(...parsed) <= 2,
    });
    report.find(stall("longest stall of the event loop while reloading", reloads));
    report.note(
      `medians of ${rounds} rounds; of whole processes the fastest, since other processes only ever add`,
    );
  },
};

function stall(what: string, loads: readonly { readonly stallMs: number }[]) {
  const stalls = loads.map(({ stallMs }) => stallMs);
  return {
    what,
    measured: `${asMs(median(stalls))} (worst round ${asMs(Math.max(...stalls))})`,
    baseline: "0 ms",
    target: `at most ${asMs(maxStallMs)}`,
    isMet: median(stalls) <= maxStallMs,
  };
}

async function validate(main: string, path: string): Promise<void> {
  await using child = new NodeProcess([main, "validate", "--config", path]);
  await child.end();
}

/** Throws unless the mesh is whole. */
function assertValid({ mesh }: LoadedConfiguration): void {
  if (mesh?.checks.size !== files * checksPerFile) {
    throw new Error(
      `expected ${files * checksPerFile} checks, there are ${mesh?.checks.size ?? 0}`,
    );
  }
}

async function writeProducts(folder: TemporaryFolder): Promise<string> {
  const names = Array.from({ length: files }, (_, at) => `product_${at}.product.yaml`);
  await folder.write(Object.fromEntries(names.map((name, at) => [name, productAt(at, 0)])));
  return writeMesh(folder, connection, {});
}

/** One dataset with ten checks, as long as a person would write it; `edition` makes it another text. */
function productAt(at: number, edition: number): string {
  const checks = {
    fresh: { type: "freshness", column: "loaded_at", max_age: "1h" },
    fresh_events: { type: "freshness", column: "ordered_at", time: "event", max_age: "6h" },
    enough: { type: "volume", min: 1_000 + edition },
    hour: { type: "volume", column: "loaded_at", window: "1h", min: 10 },
    day: { type: "volume", column: "loaded_at", window: "1d", min: 100, max: 5_000 },
    week: { type: "volume", column: "loaded_at", window: "7d", warn: { min: 700 } },
    month: { type: "volume", column: "loaded_at", window: "30d", min: 3_000 },
    not_many: { type: "volume", max: 1_000_000 },
    shape: { type: "schema" },
    shape_exact: { type: "schema", new_columns: "warn", severity: "warn" },
  };
  const columns = {
    order_id: { type: "bigint", nullable: false, description: "Surrogate key" },
    loaded_at: { type: "timestamptz", nullable: false },
    ordered_at: { type: "timestamptz" },
    customer_id: { type: "bigint" },
    amount: { type: "numeric(12,2)" },
  };
  const orders = {
    table: `analytics.orders_${at}`,
    description: "Grain is one confirmed order.",
    schedule: { every: "15m" },
    columns,
    checks,
  };
  return productText(`product_${at}`, { orders });
}

function textsOf(folder: TemporaryFolder): Promise<readonly string[]> {
  return Promise.all(
    Array.from({ length: files }, (_, at) =>
      readFile(folder.at(`product_${at}.product.yaml`), "utf8"),
    ),
  );
}
