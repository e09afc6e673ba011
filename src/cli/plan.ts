import { loadMesh } from "../app/configuration.ts";
import { queriesOf } from "../app/queries.ts";
import type { CommandContext } from "./command-context.ts";
import { type Commands, withSelectors } from "./commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { printProblems } from "./failure.ts";

/** `tidemark plan`: the queries that would run, per dataset; runs none. */
async function plan(
  selectors: readonly string[],
  { configPath, env, terminal }: CommandContext,
): Promise<ExitCode> {
  const { mesh, warnings } = await loadMesh(configPath, env);
  printProblems(warnings, terminal);
  const { paint } = terminal;
  for (const one of queriesOf(mesh, selectors)) {
    terminal.out(`${paint("bold", one.dataset)} on ${one.connection}`);
    terminal.out(`  checks: ${one.checkIds.join(", ")}`);
    for (const { checkId, reason } of one.settled) {
      terminal.out(`  not measured now: ${checkId}: ${reason}`);
    }
    if (one.readsCatalogue) {
      terminal.out(
        "  reads the catalogue; that of tables in one query with the other datasets that are due",
      );
    }
    if (one.asksMetadata) {
      terminal.out(
        "  asks the metadata; those of tables in one call with the other datasets that are due",
      );
    }
    for (const checkId of one.mayStand) {
      terminal.out(`  reads no row for ${checkId} while they show that none has changed; else:`);
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

export function declarePlan(commands: Commands): void {
  const command = withSelectors(
    commands.add("plan", "Print the queries that would run; run none."),
  );
  commands.act(command, (selectors: string[]) => (context) => plan(selectors, context));
}
