import { rm } from "node:fs/promises";
import { stringify } from "yaml";
import { Daemon } from "../src/app/daemon.ts";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { freePort } from "../test/helpers/postgres.ts";
import { silentLogger } from "../test/helpers/silent-logger.ts";
import { until } from "../test/helpers/until.ts";
import { productText, writeMesh } from "./_shared/mesh.ts";
import type { Benchmark } from "./_shared/report.ts";

const rounds = 5;
const productsOfRound = 2_000;
/** The first rounds fill what grows once: caches, compiled code, the pages that the store keeps. */
const settledAfter = 2;
const removed = (rounds - settledAfter) * productsOfRound;
/** A name alone takes about 100 bytes; a result, a run and what is declared take some thousand. */
const maxBytesOfRemoved = 150;

const columns = { id: { type: "bigint" } };
const orders = {
  files: "data/rows.csv",
  schedule: { every: "1d" },
  columns,
  checks: { enough: { type: "volume", min: 1 } },
};
const slos = { enough: { objective: "90%", window: "30d", checks: ["orders.enough"] } };

/** A daemon that is given products, measures and shows them, and loses them again, under new names each time. */
export const removedProducts: Benchmark = {
  name: "removed-products",
  title: `${rounds * productsOfRound} products that reloads add and remove`,

  async run(report) {
    await using folder = await TemporaryFolder.make();
    await folder.write({ "data/rows.csv": "id\n1\n" });
    const listen = `127.0.0.1:${await freePort()}`;
    const configPath = await writeMesh(
      folder,
      { type: "duckdb" },
      { steady: { orders } },
      { http: { listen } },
    );
    const daemon = await Daemon.start({
      configPath,
      env: {},
      logger: silentLogger,
      print: () => undefined,
    });
    try {
      const heaps: number[] = [];
      const lengths = new Set<number>();
      for (let round = 0; round < rounds; round += 1) {
        const names = namesOf(round);
        await folder.write(Object.fromEntries(names.map((name) => [fileOf(name), textOf(name)])));
        await daemon.reload();
        const sum = productsOfRound + 1;
        await until("every check to pass", async () => (await shown(daemon)).good === sum, {
          withinMs: 240_000,
          everyMs: 500,
        });
        await Promise.all(names.map((name) => rm(folder.at(fileOf(name)))));
        await daemon.reload();
        await until("the products to be gone", async () => (await shown(daemon)).good === 1);
        lengths.add((await shown(daemon)).lines);
        heaps.push(await heapUsed());
        report.note(`round ${round + 1}: ${asMb(heaps.at(-1) ?? 0)} of heap`);
      }
      const grown = (heaps.at(-1) ?? 0) - (heaps.at(settledAfter - 1) ?? 0);
      const ofEach = grown / removed;
      report.find({
        what: "heap that a removed product leaves behind",
        measured: `${ofEach.toFixed(0)} bytes (${asMb(grown)} of ${removed})`,
        baseline: `${asMb(heaps.at(settledAfter - 1) ?? 0)} before them`,
        target: `at most ${maxBytesOfRemoved} bytes`,
        isMet: ofEach <= maxBytesOfRemoved,
      });
      report.find({
        what: "lines of the exposition after each round",
        measured: [...lengths].join(", "),
        baseline: "those of the first round",
        target: "the same",
        isMet: lengths.size === 1,
      });
    } finally {
      await daemon.stop(AbortSignal.abort());
    }
  },
};

async function shown(daemon: Daemon): Promise<{ readonly good: number; readonly lines: number }> {
  const text = await (await fetch(`${daemon.address}/metrics`)).text();
  return {
    good: text.match(/^tidemark_check_good\{.*\} 1$/gm)?.length ?? 0,
    lines: text.split("\n").length,
  };
}

/** After what is under way and what waits for a turn of the event loop is gone. */
async function heapUsed(): Promise<number> {
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}

function namesOf(round: number): readonly string[] {
  return Array.from({ length: productsOfRound }, (_, at) => `round_${round}_${at}`);
}

function fileOf(name: string): string {
  return `${name}.product.yaml`;
}

function textOf(name: string): string {
  return productText(name, { orders }) + stringify({ slos });
}

function asMb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
