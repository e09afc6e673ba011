import { writeNewMesh } from "../app/new-mesh.ts";
import type { CommandContext } from "./command-context.ts";
import type { Commands } from "./commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

/** `tidemark init`: a small mesh that works, with the editor schema wired in. */
async function init(dir: string, { terminal }: CommandContext): Promise<ExitCode> {
  for (const path of await writeNewMesh(dir, Date.now())) {
    terminal.err(`wrote ${path}`);
  }
  const config = dir === "." ? "" : ` -c ${dir}/tidemark.yaml`;
  terminal.err(`\nNext: tidemark check${config}, then tidemark serve${config}`);
  return exitCodes.ok;
}

export function declareInit(commands: Commands): void {
  const command = commands
    .add("init", "Write a small working mesh to start from.")
    .argument("[dir]", "where to", ".");
  commands.act(command, (dir: string) => (context) => init(dir, context));
}
