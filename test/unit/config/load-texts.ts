import { ConfigurationLoader } from "../../../src/config/load.ts";
import { formatProblem } from "../../../src/config/problems.ts";
import type { Check, Mesh, Slo } from "../../../src/core/mesh.ts";
import { daemonText } from "./mesh-folder.ts";
import { clock, registries } from "./registries.ts";

/** What texts that are on no disk are loaded into; products are called `0.product.yaml` and so on. */
export async function loadTexts(
  products: readonly string[],
  daemon: string = daemonText,
  now: { now(): number } = clock,
): Promise<{ readonly mesh: Mesh | null; readonly told: readonly string[] }> {
  const { mesh, problems } = await new ConfigurationLoader(registries, {}, now).loadFiles(
    "tidemark.yaml",
    [
      { path: "tidemark.yaml", text: daemon },
      ...products.map((text, index) => ({ path: `${index}.product.yaml`, text })),
    ],
  );
  return { mesh, told: problems.map(formatProblem) };
}

/** The mesh of texts that are right. */
export async function meshOf(products: readonly string[], daemon?: string): Promise<Mesh> {
  const { mesh, told } = await loadTexts(products, daemon);
  if (mesh === null) {
    throw new Error(told.join("\n"));
  }
  return mesh;
}

export function checkIn(mesh: Mesh, id: string): Check {
  const check = mesh.checks.get(id);
  if (check === undefined) {
    throw new Error(`there is no ${id}`);
  }
  return check;
}

export function sloIn(mesh: Mesh, id: string): Slo {
  const slo = mesh.slos.get(id);
  if (slo === undefined) {
    throw new Error(`there is no ${id}`);
  }
  return slo;
}
