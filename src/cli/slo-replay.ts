import { replayFile } from "../app/replay.ts";
import type { CommandContext } from "./command-context.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

/** `tidemark slo replay FILE`: one SLO over given observations, as JSON; `-` reads standard input. */
export async function sloReplay(path: string, { terminal }: CommandContext): Promise<ExitCode> {
  terminal.out(JSON.stringify(await replayFile(path), null, 2));
  return exitCodes.ok;
}
