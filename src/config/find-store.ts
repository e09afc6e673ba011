import { dirname, resolve } from "node:path";
import type { StoreDefinition } from "../core/mesh.ts";
import { storeAt } from "./compile/daemon.ts";
import { storeFields } from "./daemon-file.ts";
import { expandDaemon } from "./expand.ts";
import { readConfigurationFile, readSecretFile } from "./files.ts";
import { isFields } from "./piece.ts";
import { Report } from "./problems.ts";
import { YamlSource } from "./yaml-source.ts";

/** See `ConfigurationLoader.peekStore`. */
export async function findStore(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<StoreDefinition | null> {
  const baseDir = dirname(resolve(path));
  const read = await readConfigurationFile(path);
  if ("problem" in read) {
    return storeAt(undefined, baseDir);
  }
  const source = await YamlSource.read(path, sectionOf(read.text, "store"));
  if (source.value === null) {
    return storeAt(undefined, baseDir);
  }
  const report = new Report(source);
  const { value } = await expandDaemon(
    source.value,
    { env, readSecret: (file) => readSecretFile(resolve(baseDir, file)) },
    report,
  );
  const section = isFields(value) ? value["store"] : undefined;
  const result = storeFields.safeParse(section);
  return result.success && report.problems.length === 0 ? storeAt(result.data.path, baseDir) : null;
}

/** The lines of one top-level key, so that it can be read in a file that is broken elsewhere. */
function sectionOf(text: string, key: string): string {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => line.startsWith(`${key}:`));
  if (start === -1) {
    return "";
  }
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^[^\s#}\]]/.test(line));
  return [lines[start], ...(end === -1 ? rest : rest.slice(0, end))].join("\n");
}
