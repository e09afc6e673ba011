import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Problem, TidemarkError } from "../core/errors.ts";
import { rulesOf } from "../export/rules/from-mesh.ts";
import { writeRules } from "../export/rules/write.ts";
import { type Environment, loadMesh } from "./configuration.ts";

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
 * Writes the rules of the mesh to files that a glob of Prometheus takes in, over what an earlier run wrote. Throws
 * `ConfigurationError`, and `TM_OUTPUT_WRITE`.
 */
export async function writeRuleFiles(
  configPath: string,
  env: Environment,
  dir: string,
): Promise<{ readonly written: readonly WrittenRules[]; readonly warnings: readonly Problem[] }> {
  const { mesh, warnings } = await loadMesh(configPath, env);
  const written: WrittenRules[] = [];
  for (const { name, groups, remarks } of rulesOf(mesh)) {
    const path = join(dir, name);
    try {
      await mkdir(dir, { recursive: true });
      await writeFile(path, writeRules(groups));
    } catch (cause) {
      throw new TidemarkError("TM_OUTPUT_WRITE", `${path} cannot be written`, { cause });
    }
    const count = groups.reduce((sum, { rules }) => sum + rules.length, 0);
    written.push({ path, count, remarks });
  }
  return { written, warnings };
}
