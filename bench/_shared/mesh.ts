import { stringify } from "yaml";
import { systemClock } from "../../src/app/clock.ts";
import { loadConfiguration } from "../../src/app/configuration.ts";
import { newId } from "../../src/app/ids.ts";
import { registries, types } from "../../src/app/registries.ts";
import { formatProblem } from "../../src/config/problems.ts";
import type { Mesh } from "../../src/core/mesh.ts";
import type { Outcome } from "../../src/core/vocabulary.ts";
import { type DatasetRun, runDataset } from "../../src/engine/run.ts";
import { byDataset, selectChecks } from "../../src/engine/select.ts";
import { Warehouses } from "../../src/engine/warehouses.ts";
import type { TemporaryFolder } from "../../test/helpers/folder.ts";
import { silentLogger } from "../../test/helpers/silent-logger.ts";

/** Of a product file, what benchmarks differ in: its datasets. */
export type Datasets = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A tidemark.yaml with one connection, and one product for each entry of `products`. */
export async function writeMesh(
  folder: TemporaryFolder,
  connection: Readonly<Record<string, unknown>>,
  products: Readonly<Record<string, Datasets>>,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const files: Record<string, string> = {};
  for (const [product, datasets] of Object.entries(products)) {
    files[`${product}.product.yaml`] = productText(product, datasets);
  }
  const daemon = {
    version: 1,
    products: ["*.product.yaml"],
    connections: { warehouse: connection },
    teams: { shop: { display_name: "Shop" } },
    ...more,
  };
  await folder.write({ "tidemark.yaml": stringify(daemon), ...files });
  return folder.at("tidemark.yaml");
}

/** Of the tier bronze, so that no channel is needed. */
export function productText(product: string, datasets: Datasets): string {
  return stringify(
    { version: 1, product, owner: "shop", datasets },
    { aliasDuplicateObjects: false },
  );
}

export async function readMesh(path: string): Promise<Mesh> {
  const { mesh, problems } = await loadConfiguration(path, {});
  if (mesh === null) {
    throw new Error(problems.map(formatProblem).join("\n"));
  }
  return mesh;
}

export async function openWarehouses(mesh: Mesh): Promise<Warehouses> {
  const warehouses = new Warehouses({
    specs: registries.connectors,
    clock: systemClock,
    logger: silentLogger,
    onStatement: () => undefined,
  });
  await warehouses.reload(mesh);
  return warehouses;
}

/** Runs every check once on warehouses that stay open, as a daemon's do. */
export async function runChecks(
  mesh: Mesh,
  warehouses: Warehouses,
): Promise<readonly DatasetRun[]> {
  const { signal } = new AbortController();
  return Promise.all(
    byDataset(selectChecks(mesh, []), mesh).map(({ dataset, checks }) =>
      runDataset(dataset, checks, {
        warehouse: warehouses.of(dataset.connection),
        types,
        clock: systemClock,
        logger: silentLogger,
        signal,
        last: () => null,
        newId,
      }),
    ),
  );
}

/** Throws unless every check passed: a benchmark of failing checks would measure something else. */
export function assertAllPassed(
  summary: Readonly<Record<Outcome, number>>,
  expected: number,
): void {
  if (summary.pass !== expected) {
    throw new Error(`expected ${expected} checks to pass: ${JSON.stringify(summary)}`);
  }
}
