import { loadMesh } from "../app/configuration.ts";
import { type Examination, examine } from "../app/doctor.ts";
import type { ConnectionStage } from "../core/connector.ts";
import type { CommandContext } from "./command-context.ts";
import type { Commands } from "./commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { printProblems } from "./failure.ts";
import { type Style, type Terminal, table } from "./terminal.ts";

/** One stage may take this long. */
const timeoutMs = 10_000;

const styles: Readonly<Record<ConnectionStage["status"], Style>> = {
  ok: "green",
  warning: "yellow",
  failed: "red",
  notRun: "dim",
};

/** `tidemark doctor`: reaches each connection and notifier in stages, with a hint for what failed. */
async function doctor({
  configPath,
  env,
  terminal,
  logger,
  signal,
}: CommandContext): Promise<ExitCode> {
  const { mesh, warnings } = await loadMesh(configPath, env);
  printProblems(warnings, terminal);
  const examined = await examine(mesh, {
    signal,
    logger,
    timeoutMs,
    onExamined: (examination) => print(examination, terminal),
  });
  const isWell = examined.every(({ stages }) => stages.every(({ status }) => status !== "failed"));
  return isWell ? exitCodes.ok : exitCodes.unmeasured;
}

function print({ kind, name, type, stages }: Examination, terminal: Terminal): void {
  terminal.out(`${kind} ${terminal.paint("bold", name)} (${type})`);
  const rows = stages.map(({ name: stage, status, message }) => [`  ${stage}`, status, message]);
  terminal.out(
    table(rows, (cell, row, column) => {
      const stage = stages[row];
      return column === 1 && stage !== undefined
        ? terminal.paint(styles[stage.status], cell)
        : cell;
    }),
  );
  for (const { hint } of stages) {
    if (hint !== undefined) {
      terminal.out(`  → ${hint}`);
    }
  }
}

export function declareDoctor(commands: Commands): void {
  const command = commands.add("doctor", "Reach each connection and notifier in stages.");
  commands.act(command, () => doctor);
}
