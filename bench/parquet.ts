import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { checkOnce } from "../src/app/check-once.ts";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { silentLogger } from "../test/helpers/silent-logger.ts";
import { assertAllPassed, openWarehouses, readMesh, runChecks, writeMesh } from "./_shared/mesh.ts";
import { type Comparison, compare } from "./_shared/pairs.ts";
import { asMs, asRatio, type Benchmark, type Report } from "./_shared/report.ts";

const file = fileURLToPath(
  new URL("../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url),
);
const maxRatio = 1.2;
const maxMoreMs = 10;
const hourMs = 3_600_000;

/** The flights are of the year 2001, so windows reach back to some of its days. */
const newest = Date.UTC(2001, 6, 1);

/** Eight checks that one SELECT answers: two ask for the newest flight, one counts all, five count windows. */
function checksAt(nowMs: number) {
  const sinceHours = Math.ceil((nowMs - newest) / hourMs);
  const window = (days: number) => ({
    type: "volume",
    column: "date",
    window: `${sinceHours + days * 24}h`,
    min: 1,
  });
  return {
    fresh: { type: "freshness", column: "date", max_age: `${sinceHours + 1}h` },
    fresh_or_warn: {
      type: "freshness",
      column: "date",
      warn: { max_age: `${sinceHours + 1}h` },
      fail: { max_age: `${sinceHours + 2}h` },
    },
    whole: { type: "volume", min: 3_000_000, max: 3_000_000 },
    day: window(1),
    week: window(7),
    month: window(30),
    quarter: window(90),
    half: window(180),
  };
}

/** What Tidemark adds to DuckDB: its fence, its guard, plans and judgements. */
export const parquet: Benchmark = {
  name: "parquet",
  title: "eight checks on a Parquet file of 3,000,000 flights",

  async run(report) {
    await using folder = await TemporaryFolder.make();
    const checks = checksAt(Date.now());
    const mesh = await readMesh(
      await writeMesh(
        folder,
        { type: "duckdb" },
        { flights: { flights: { files: file, columns: { date: { type: "timestamp" } }, checks } } },
      ),
    );
    const cold = await compare(
      async () => {
        const { summary } = await checkOnce(mesh, {
          selectors: [],
          signal: new AbortController().signal,
          logger: silentLogger,
          onProgress: () => undefined,
        });
        assertAllPassed(summary, Object.keys(checks).length);
      },
      async () => {
        const instance = await DuckDBInstance.create(":memory:");
        await askByHand(instance);
        instance.closeSync();
      },
    );
    tell(report, "wall time, opening DuckDB included", cold);

    await using warehouses = await openWarehouses(mesh);
    const instance = await DuckDBInstance.create(":memory:");
    const warm = await compare(
      () => runChecks(mesh, warehouses),
      () => askByHand(instance),
    );
    instance.closeSync();
    tell(report, "wall time on an open DuckDB", warm);
    report.note("medians of interleaved pairs; by hand: one SELECT through @duckdb/node-api");
  },
};

function tell(report: Report, what: string, found: Comparison): void {
  const more = `${found.moreMs < 0 ? "−" : "+"}${asMs(Math.abs(found.moreMs))}`;
  report.find({
    what,
    measured: `${asMs(found.measuredMs)}, ${asRatio(found)}, ${more}`,
    baseline: `${asMs(found.baselineMs)} by hand`,
    target: `at most ${maxRatio.toFixed(2)} ×, or ${maxMoreMs} ms more`,
    isMet: found.ratio <= maxRatio || found.moreMs <= maxMoreMs,
  });
}

/** The same figures as the checks', the two that ask for the newest flight sharing one. */
async function askByHand(instance: DuckDBInstance): Promise<void> {
  const now = new Date();
  const windows = [1, 7, 30, 90, 180].map((days) => newest - days * 24 * hourMs);
  const counts = windows.map(
    (fromMs) =>
      `count(*) filter (where date >= ${literal(new Date(fromMs))} and date < ${literal(now)})`,
  );
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    `select max(date), count(*), ${counts.join(", ")} from read_parquet('${file}')`,
  );
  reader.getRows();
  connection.closeSync();
}

function literal(time: Date): string {
  return `timestamp '${time.toISOString().slice(0, 23).replace("T", " ")}'`;
}
