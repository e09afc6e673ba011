import { writeNewMesh } from "../app/new-mesh.ts";
import type { CommandContext } from "./command-context.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

/** `tidemark init`: a small mesh that works, with the editor schema wired in. */
export async function init(dir: string, { terminal }: CommandContext): Promise<ExitCode> {
  for (const path of await writeNewMesh(dir, Date.now())) {
    terminal.err(`wrote ${path}`);
  }
  const config = dir === "." ? "" : ` -c ${dir}/tidemark.yaml`;
  terminal.err(`\nNext: tidemark check${config}, then tidemark serve${config}`);
  return exitCodes.ok;
}
