import { ConfigurationError } from "../app/configuration.ts";
import { formatProblem } from "../config/problems.ts";
import { type Problem, TidemarkError } from "../core/errors.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { Terminal } from "./terminal.ts";

/** Says what went wrong on stderr and returns the exit code for it. Stacks are shown for faults of Tidemark only. */
export function reportFailure(error: unknown, terminal: Terminal): ExitCode {
  if (error instanceof ConfigurationError) {
    printProblems(error.problems, terminal);
    terminal.err(error.message);
    return exitCodes.usage;
  }
  if (error instanceof TidemarkError) {
    terminal.err(`${terminal.paint("red", "error")} ${error.code}: ${error.message}`);
    if (error.hint !== undefined) {
      terminal.err(`  ${error.hint}`);
    }
    return error.code === "TM_INTERNAL" ? exitCodes.internal : exitCodes.usage;
  }
  terminal.err(`${terminal.paint("red", "error")} TM_INTERNAL: a fault in Tidemark itself`);
  terminal.err(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCodes.internal;
}

export function printProblems(problems: readonly Problem[], terminal: Terminal): void {
  for (const problem of problems) {
    terminal.err(formatProblem(problem));
  }
}
