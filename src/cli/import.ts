import { importOpenSlo, writeProducts } from "../app/openslo.ts";
import type { CommandContext } from "./command-context.ts";
import type { Commands } from "./commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { counted } from "./terminal.ts";

interface ImportOptions {
  readonly out?: string;
}

/**
 * `tidemark import openslo FILE...`: product files of OpenSLO v1 documents, to a folder or to stdout, and on stderr
 * every thing that has no place in them.
 */
async function importFiles(
  paths: readonly string[],
  { out }: ImportOptions,
  { terminal }: CommandContext,
): Promise<ExitCode> {
  const { products, imported } = await importOpenSlo(paths);
  if (out === undefined) {
    terminal.out(products.map(({ text }) => text.trimEnd()).join("\n---\n"));
  } else {
    for (const path of await writeProducts(products, out)) {
      terminal.err(`wrote ${path}`);
    }
  }
  const notes = [
    ...imported.products.flatMap((product) =>
      product.notes.map(({ subject, text }) => `${product.product}: ${subject}: ${text}`),
    ),
    ...imported.notes.map(({ subject, text }) => `${subject}: ${text}`),
  ];
  for (const note of notes) {
    terminal.err(`not carried: ${note}`);
  }
  terminal.err(
    `${counted(products.length, "product")}, ${counted(notes.length, "thing")} not carried; \`tidemark validate\` says what is still to do`,
  );
  return exitCodes.ok;
}

export function declareImport(commands: Commands): void {
  const imports = commands.group("import", "Make product files of what others have written down.");
  const command = imports
    .add(
      "openslo",
      "Read OpenSLO v1 documents, write product files, and say what could not be carried.",
    )
    .argument("<file...>", "YAML files, each with one document or several")
    .option("--out <dir>", "where to; stdout unless said");
  imports.act(
    command,
    (files: string[], o: ImportOptions) => (context) => importFiles(files, o, context),
  );
}
