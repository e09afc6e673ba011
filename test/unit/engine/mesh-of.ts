import { registries } from "../../../src/app/registries.ts";
import { ConfigurationLoader } from "../../../src/config/load.ts";
import { formatProblem } from "../../../src/config/problems.ts";
import type { Check, Mesh } from "../../../src/core/mesh.ts";

export const daemonFile = `
version: 1
products: ["*.product.yaml"]
connections: { files: { type: duckdb } }
teams: { shop: { notify: { page: [pager], ticket: [board] } } }
notifiers: { board: { type: console }, pager: { type: console } }
`;

/** The mesh of files that are on no disk. */
export async function meshOf(
  products: readonly string[],
  daemon: string = daemonFile,
): Promise<Mesh> {
  const { mesh, problems } = await new ConfigurationLoader(
    registries,
    {},
    { now: () => 0 },
  ).loadFiles("/mesh/tidemark.yaml", [
    { path: "tidemark.yaml", text: daemon },
    ...products.map((text, index) => ({ path: `${index}.product.yaml`, text })),
  ]);
  if (mesh === null) {
    throw new Error(problems.map(formatProblem).join("\n"));
  }
  return mesh;
}

export function checkIn(mesh: Mesh, id: string): Check {
  return present(mesh.checks.get(id), id);
}

export function present<T>(value: T | undefined | null, name: string): T {
  if (value === undefined || value === null) {
    throw new Error(`there is no ${name}`);
  }
  return value;
}
