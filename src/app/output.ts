import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { TidemarkError } from "../core/errors.ts";

/** Writes a file, and the folders that it is in; returns its path. Throws `TM_OUTPUT_WRITE`. */
export async function writeOutput(path: string, text: string): Promise<string> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (cause) {
    throw new TidemarkError("TM_OUTPUT_WRITE", `${path} cannot be written`, { cause });
  }
  return path;
}

/**
 * Removes the YAML files of `dir` that an earlier run wrote and this one did not, since what they are of is gone: they
 * begin with `head`, and are not among `written`. Returns their paths. Throws `TM_OUTPUT_WRITE`.
 */
export async function removeEarlier(
  dir: string,
  head: string,
  written: readonly string[],
): Promise<readonly string[]> {
  const names = existsSync(dir) ? (await readdir(dir)).sort() : [];
  const paths = names.filter((name) => name.endsWith(".yaml")).map((name) => join(dir, name));
  const removed: string[] = [];
  for (const path of new Set(paths).difference(new Set(written))) {
    try {
      if ((await readFile(path, "utf8")).startsWith(head)) {
        await rm(path);
        removed.push(path);
      }
    } catch (cause) {
      throw new TidemarkError("TM_OUTPUT_WRITE", `${path} cannot be removed`, { cause });
    }
  }
  return removed;
}
