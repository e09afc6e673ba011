import { existsSync } from "node:fs";
import { join } from "node:path";
import { readConfigurationFile } from "../config/files.ts";
import { yamlWords } from "../config/yaml-words.ts";
import { type Problem, TidemarkError } from "../core/errors.ts";
import { type ExportedProduct, exportProduct } from "../export/openslo/from-mesh.ts";
import { importDocuments, type SourceFile } from "../export/openslo/import.ts";
import type { Imported } from "../export/openslo/to-products.ts";
import { writeDocuments } from "../export/openslo/write.ts";
import { writeProduct } from "../export/openslo/write-product.ts";
import { ConfigurationError, type Environment, loadMesh } from "./configuration.ts";
import { writeOutput } from "./output.ts";

export interface WrittenExport {
  /** As given by `--out`, with the file's name. */
  readonly path: string;
  readonly exported: ExportedProduct;
}

/**
 * Writes each product of the mesh to a file of OpenSLO v1 documents, over what an earlier run wrote. Throws
 * `ConfigurationError`, and `TM_OUTPUT_WRITE`.
 */
export async function exportOpenSlo(
  configPath: string,
  env: Environment,
  dir: string,
): Promise<{ readonly written: readonly WrittenExport[]; readonly warnings: readonly Problem[] }> {
  const { mesh, warnings } = await loadMesh(configPath, env);
  const written: WrittenExport[] = [];
  for (const product of mesh.products.values()) {
    const exported = exportProduct(mesh, product);
    const path = join(dir, `${product.name}.yaml`);
    await writeOutput(path, writeDocuments(exported.documents));
    written.push({ path, exported });
  }
  return { written, warnings };
}

export interface ImportedProduct {
  readonly product: string;
  readonly text: string;
}

/** Reads OpenSLO v1 documents into the text of product files. Throws `ConfigurationError` with every problem of them. */
export async function importOpenSlo(paths: readonly string[]): Promise<{
  readonly products: readonly ImportedProduct[];
  readonly imported: Imported;
}> {
  const files: SourceFile[] = [];
  const unreadable: Problem[] = [];
  for (const file of paths) {
    const read = await readConfigurationFile(file);
    if ("text" in read) {
      files.push({ file, text: read.text });
    } else {
      const message = `this file ${read.problem}`;
      unreadable.push({
        code: "TM_OPENSLO_INPUT",
        level: "error",
        file,
        line: 1,
        column: 1,
        message,
      });
    }
  }
  const { imported, problems } = importDocuments(files, yamlWords);
  if (imported === null || unreadable.length > 0) {
    throw new ConfigurationError([...unreadable, ...(files.length === 0 ? [] : problems)]);
  }
  const products = imported.products.map((draft) => ({
    product: draft.product,
    text: writeProduct(draft),
  }));
  return { products, imported };
}

/** Returns the paths written. Throws `TM_OUTPUT_EXISTS` before it writes anything over, and `TM_OUTPUT_WRITE`. */
export async function writeProducts(
  products: readonly ImportedProduct[],
  dir: string,
): Promise<readonly string[]> {
  const files = products.map(({ product, text }) => ({
    path: join(dir, `${product}.product.yaml`),
    text,
  }));
  const taken = files.filter(({ path }) => existsSync(path)).map(({ path }) => path);
  if (taken.length > 0) {
    throw new TidemarkError("TM_OUTPUT_EXISTS", `${taken.join(", ")} would be overwritten`);
  }
  for (const { path, text } of files) {
    await writeOutput(path, text);
  }
  return files.map(({ path }) => path);
}
