import { replayFile } from "../app/replay.ts";
import type { CommandContext } from "./command-context.ts";
import type { Commands } from "./commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

/** `tidemark slo replay FILE`: one SLO over given observations, as JSON; `-` reads standard input. */
async function sloReplay(path: string, { terminal }: CommandContext): Promise<ExitCode> {
  terminal.out(JSON.stringify(await replayFile(path), null, 2));
  return exitCodes.ok;
}

export function declareSlo(commands: Commands): void {
  const slo = commands.group("slo", "Objectives, from outside the daemon.");
  const command = slo
    .add("replay", "Evaluate one SLO over given observations and print JSON.")
    .argument("<file>", "the scenario, JSON or YAML; - for standard input");
  slo.act(command, (file: string) => (context) => sloReplay(file, context));
}
