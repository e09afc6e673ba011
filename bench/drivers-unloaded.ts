import { readFile, writeFile } from "node:fs/promises";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { packagesIn, traceModules } from "../test/helpers/packages.ts";
import { type Built, build, type Memory } from "./_shared/child.ts";
import { type Cloud, clouds } from "./_shared/clouds.ts";
import { CounterpartProcess } from "./_shared/counterpart.ts";
import { memoryOfDaemon } from "./_shared/daemon.ts";
import { median } from "./_shared/pairs.ts";
import type { Benchmark } from "./_shared/report.ts";

const rounds = 3;
/** DuckDB is let go after 5 s without a query; what is measured is what stays. */
const idleMs = 8_000;
/** Their own code, which is read at the start; each driver behind it needs more than thirty. */
const maxMegabytes = 5;
const checks = { some: { type: "volume", min: 1 } };
const schedule = { every: "1h" };

/** What a daemon pays for the connectors to cloud warehouses that it does not use, and for those that it does. */
export const driversUnloaded: Benchmark = {
  name: "drivers-unloaded",
  title: `a daemon with DuckDB only, beside ${clouds.map(({ type }) => type).join(" and ")}`,

  async run(report) {
    await using folder = await TemporaryFolder.make();
    await using whole = await build();
    await using bare = await build("bare");
    await leaveOutClouds(bare);
    await folder.write({ "orders.csv": "id\n1\n" });

    const found = { bare: [] as number[], whole: [] as number[] };
    const opened = new Map<string, number[]>(clouds.map(({ type }) => [type, []]));
    for (let round = 0; round < rounds; round += 1) {
      found.bare.push(await residentMb(folder, bare));
      found.whole.push(await residentMb(folder, whole));
      for (const cloud of clouds) {
        opened.get(cloud.type)?.push(await residentMb(folder, whole, cloud));
      }
    }
    const [bareMb, wholeMb] = [median(found.bare), median(found.whole)];
    report.find({
      what: "resident memory, connectors registered and not used",
      measured: `${megabytes(wholeMb)} (${(wholeMb / bareMb).toFixed(2)} ×), ${spread(found.whole)}`,
      baseline: `${megabytes(bareMb)} without their code, ${spread(found.bare)}`,
      target: `at most ${maxMegabytes} MB more`,
      isMet: wholeMb - bareMb <= maxMegabytes,
    });
    for (const [type, megabytesFound] of opened) {
      const openMb = median(megabytesFound);
      report.find({
        what: `resident memory, ${type} connected as well`,
        measured: `${megabytes(openMb)} (${(openMb / wholeMb).toFixed(2)} ×), ${spread(megabytesFound)}`,
        baseline: `${megabytes(wholeMb)} with DuckDB only`,
        target: "none",
        isMet: null,
      });
    }
    const drivers = clouds.map(({ client }) => client);
    const loaded = await packagesOf(folder, whole);
    const unwanted = drivers.filter((name) => loaded.has(name));
    report.find({
      what: "cloud drivers of which a module is loaded",
      measured: unwanted.length === 0 ? "none" : unwanted.join(", "),
      baseline: `${drivers.length} installed`,
      target: "none",
      isMet: unwanted.length === 0,
    });
    report.note(
      `VmRSS, medians of ${rounds} daemons of each kind in turn, ${idleMs / 1_000} s after every check had passed`,
    );
  },
};

function megabytes(mb: number): string {
  return `${mb.toFixed(0)} MB`;
}

function spread(found: readonly number[]): string {
  return `${Math.min(...found).toFixed(0)} to ${Math.max(...found).toFixed(0)}`;
}

/** The same program with a list of connectors in which there is no cloud. */
async function leaveOutClouds({ folder }: Built): Promise<void> {
  const path = `${folder}/connectors/index.js`;
  let text = await readFile(path, "utf8");
  for (const { type } of clouds) {
    text = text
      .replace(new RegExp(`^import .*"\\./${type}/index\\.js";$`, "m"), "")
      .replace(new RegExp(`\\b${type}\\b,? ?`), "");
  }
  if (clouds.some(({ type }) => text.includes(type))) {
    throw new Error(`the list of connectors is of another form:\n${text}`);
  }
  await writeFile(path, text);
}

async function residentMb(folder: TemporaryFolder, built: Built, cloud?: Cloud): Promise<number> {
  if (cloud === undefined) {
    return (await watch(folder, built)).residentMb;
  }
  await using counterpart = await CounterpartProcess.start(cloud, 1, 10);
  const connection = { type: cloud.type, ...cloud.keys(counterpart.origin) };
  return (await watch(folder, built, connection)).residentMb;
}

async function packagesOf(folder: TemporaryFolder, built: Built): Promise<ReadonlySet<string>> {
  const trace = folder.at("modules.txt");
  await watch(folder, built, null, { NODE_OPTIONS: traceModules, MODULE_TRACE: trace });
  return packagesIn(trace);
}

/** A daemon with one file, and one table of a cloud where there is one, each with one check. */
function watch(
  folder: TemporaryFolder,
  { main }: Built,
  cloud: Readonly<Record<string, unknown>> | null = null,
  env: Readonly<Record<string, string>> = {},
): Promise<Memory> {
  const files = { connection: "warehouse", files: "orders.csv", schedule, checks };
  const table = { connection: "cloud", table: "shop.orders_0", schedule, checks };
  return memoryOfDaemon({
    folder,
    main,
    datasets: { files, ...(cloud === null ? {} : { table }) },
    checkCount: cloud === null ? 1 : 2,
    idleMs,
    connections: cloud === null ? {} : { cloud },
    env,
  });
}
