import { Option } from "commander";
import { loadMesh } from "../app/configuration.ts";
import { queriesOf } from "../app/queries.ts";
import { TidemarkError } from "../core/errors.ts";
import type { CommandContext } from "./command-context.ts";
import { type Commands, withSelectors } from "./commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { printProblems } from "./failure.ts";
import { printCost } from "./plan-cost.ts";

interface PlanOptions {
  readonly cost?: true;
  readonly format?: "text" | "json";
}

/** `tidemark plan`: the queries that would run, per dataset, or what they would cost; runs none. */
async function plan(
  selectors: readonly string[],
  options: PlanOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { configPath, env, terminal } = context;
  if (options.format !== undefined && options.cost === undefined) {
    throw new TidemarkError("TM_USAGE", "`--format` goes with `--cost`");
  }
  const { mesh, warnings } = await loadMesh(configPath, env);
  printProblems(warnings, terminal);
  if (options.cost === true) {
    return printCost(mesh, selectors, options.format ?? "text", context);
  }
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
  terminal.out("What the schedules are estimated to scan a day: `tidemark plan --cost`.");
  return exitCodes.ok;
}

/** The line break before a bracket matters only behind a comment. */
function readable(statement: string): string {
  return statement.replaceAll(/^((?:(?!--).)*)\n\)/gm, "$1)");
}

export function declarePlan(commands: Commands): void {
  const command = withSelectors(
    commands.add(
      "plan",
      "Print the queries that would run; run none. Connects to nothing, unless --cost is given.",
    ),
  )
    .option(
      "--cost",
      "print what the schedules are estimated to cost a day; connects, for dry runs and metadata",
    )
    .addOption(new Option("--format <format>", "output of --cost").choices(["text", "json"]));
  commands.act(
    command,
    (selectors: string[], o: PlanOptions) => (context) => plan(selectors, o, context),
  );
}
