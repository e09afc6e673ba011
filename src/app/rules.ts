import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Problem, TidemarkError } from "../core/errors.ts";
import { rulesOf } from "../export/rules/from-mesh.ts";
import { isOfProduct, writeRules } from "../export/rules/write.ts";
import { type Environment, loadMesh } from "./configuration.ts";
import { writeOutput } from "./output.ts";

export interface WrittenRules {
  /** As given by `--out`, with the file's name. */
  readonly path: string;
  readonly count: number;
  readonly remarks: readonly string[];
}

/** All rules of the mesh as one rule file. Throws `ConfigurationError`. */
export async function rulesText(
  configPath: string,
  env: Environment,
): Promise<{
  readonly text: string;
  readonly remarks: readonly string[];
  readonly warnings: readonly Problem[];
}> {
  const { mesh, warnings } = await loadMesh(configPath, env);
  const files = rulesOf(mesh);
  const text = writeRules(files.flatMap(({ groups }) => groups));
  return { text, remarks: files.flatMap(({ remarks }) => remarks), warnings };
}

/**
 * Writes the rules of the mesh to files that a glob of Prometheus takes in, over what an earlier run wrote, and removes
 * what it wrote of products that are gone. Throws `ConfigurationError`, and `TM_OUTPUT_WRITE`.
 */
export async function writeRuleFiles(
  configPath: string,
  env: Environment,
  dir: string,
): Promise<{
  readonly written: readonly WrittenRules[];
  /** Paths, as those written. */
  readonly removed: readonly string[];
  readonly warnings: readonly Problem[];
}> {
  const { mesh, warnings } = await loadMesh(configPath, env);
  const written: WrittenRules[] = [];
  for (const { name, groups, remarks } of rulesOf(mesh)) {
    const path = join(dir, name);
    await writeOutput(path, writeRules(groups));
    const count = groups.reduce((sum, { rules }) => sum + rules.length, 0);
    written.push({ path, count, remarks });
  }
  return { written, removed: await removeGone(dir, new Set(mesh.products.keys())), warnings };
}

const ending = ".rules.yaml";

/** No two meshes share a folder, since both would write `_mesh.rules.yaml`: what is of no product here is of none. */
async function removeGone(dir: string, products: ReadonlySet<string>): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const product = entry.name.slice(0, -ending.length);
    if (!entry.isFile() || !entry.name.endsWith(ending) || products.has(product)) {
      continue;
    }
    const path = join(dir, entry.name);
    try {
      if (isOfProduct(await readFile(path, "utf8"), product)) {
        await rm(path);
        removed.push(path);
      }
    } catch (cause) {
      throw new TidemarkError("TM_OUTPUT_WRITE", `${path} cannot be removed`, { cause });
    }
  }
  return removed;
}
