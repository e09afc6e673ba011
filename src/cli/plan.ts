import { loadMesh } from "../app/configuration.ts";
import { queriesOf } from "../app/queries.ts";
import type { CommandContext } from "./command-context.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { printProblems } from "./failure.ts";

/** `tidemark plan`: the queries that would run, per dataset; runs none. */
export async function plan(
  selectors: readonly string[],
  { configPath, env, terminal }: CommandContext,
): Promise<ExitCode> {
  const { mesh, warnings } = await loadMesh(configPath, env);
  printProblems(warnings, terminal);
  const { paint } = terminal;
  for (const one of queriesOf(mesh, selectors)) {
    terminal.out(`${paint("bold", one.dataset)} on ${one.connection}`);
    terminal.out(`  checks: ${one.checkIds.join(", ")}`);
    if (one.readsCatalogue) {
      terminal.out(
        "  reads the catalogue; that of tables in one query with the other datasets that are due",
      );
    }
    for (const statement of one.statements) {
      terminal.out(`  ${readable(statement)};`);
    }
    terminal.out("");
  }
  terminal.out("What a statement is estimated to scan is not known for these connectors.");
  return exitCodes.ok;
}

/** The line break before a bracket matters only behind a comment. */
function readable(statement: string): string {
  return statement.replaceAll(/^((?:(?!--).)*)\n\)/gm, "$1)");
}
