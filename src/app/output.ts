import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
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
