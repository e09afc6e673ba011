import { join } from "node:path";
import type { Problem } from "../core/errors.ts";
import { rulesOf } from "../export/rules/from-mesh.ts";
import { rulesHead, writeRules } from "../export/rules/write.ts";
import { type Environment, loadMesh } from "./configuration.ts";
import { removeEarlier, writeOutput } from "./output.ts";

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
  const paths = written.map(({ path }) => path);
  return { written, removed: await removeEarlier(dir, rulesHead, paths), warnings };
}
