import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ConfigurationLoader, type LoadedConfiguration } from "../../../src/config/load.ts";
import { formatProblem } from "../../../src/config/problems.ts";
import type { Problem } from "../../../src/core/errors.ts";
import type { ConfigurationFile } from "../../../src/core/store.ts";
import { clock, registries } from "./registries.ts";

/**
 * The files under test/invalid hold one mistake each, named by it: those under `warned` are used all the same.
 * Their first lines say what is told of it, as `# expect: line:column: error CODE: message (hint)`.
 */

const corpus = join(import.meta.dirname, "../../invalid");

const env = { TIDEMARK_TEST_WORD: "several" };

export const kinds = ["product", "daemon", "warned"] as const;
export type Kind = (typeof kinds)[number];

/** One file, loaded with files that are right. */
export function loadInvalid(kind: Kind, file: string): Promise<LoadedConfiguration> {
  const isProduct = file.endsWith(".product.yaml");
  const daemon = isProduct ? read("base", "tidemark.yaml") : read(kind, file);
  const products = [
    read("base", "payments.product.yaml"),
    ...(isProduct ? [read(kind, file)] : []),
  ];
  const loader = new ConfigurationLoader(registries, env, clock);
  return loader.loadFiles(join(corpus, kind, daemon.path), [daemon, ...products]);
}

export function invalidFiles(kind: Kind): readonly string[] {
  return readdirSync(join(corpus, kind)).sort();
}

export function expectedOf(kind: Kind, file: string): readonly string[] {
  return read(kind, file)
    .text.split("\n")
    .filter((line) => line.startsWith("# expect: "))
    .map((line) => line.slice("# expect: ".length));
}

/** As it is printed; the file is named only where it is another one. */
export function told(problem: Problem, file: string): string {
  const text = formatProblem({ ...problem, file: basename(problem.file) });
  return text.startsWith(`${file}:`) ? text.slice(file.length + 1) : text;
}

function read(folder: string, file: string): ConfigurationFile {
  return { path: file, text: readFileSync(join(corpus, folder, file), "utf8") };
}
