import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ConfigurationLoader } from "../../../src/config/load.ts";
import { formatProblem } from "../../../src/config/problems.ts";
import type { Problem } from "../../../src/core/errors.ts";
import type { ConfigurationFile } from "../../../src/core/store.ts";
import { clock, registries } from "./registries.ts";

/**
 * The files under test/invalid hold one mistake each, named by it. Their first lines say what is told of
 * it, as `# expect: line:column: error CODE: message (hint)`.
 */

const corpus = join(import.meta.dirname, "../../invalid");

const env = { TIDEMARK_TEST_WORD: "several" };

/** The problems of one file, loaded with files that are right. */
export async function problemsOf(
  kind: "product" | "daemon",
  file: string,
): Promise<readonly Problem[]> {
  const daemon = kind === "daemon" ? read(kind, file) : read("base", "tidemark.yaml");
  const products = [
    read("base", "payments.product.yaml"),
    ...(kind === "product" ? [read(kind, file)] : []),
  ];
  const loader = new ConfigurationLoader(registries, env, clock);
  const { problems, mesh } = await loader.loadFiles(join(corpus, kind, daemon.path), [
    daemon,
    ...products,
  ]);
  return mesh === null ? problems : [];
}

export function invalidFiles(kind: "product" | "daemon"): readonly string[] {
  return readdirSync(join(corpus, kind)).sort();
}

export function expectedOf(kind: "product" | "daemon", file: string): readonly string[] {
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
