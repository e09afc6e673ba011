import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import type { Verdicts } from "../_shared/verdicts.ts";

export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** Both streams. */
  readonly text: string;
}

/** Null where the tool is not installed. Throws when it hangs. */
export function runTool(command: string, ...args: readonly string[]): Ran | null {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    timeout: 60_000,
    maxBuffer: 64_000_000,
  });
  if (error === undefined) {
    return { exitCode: status, stdout, text: `${stdout}${stderr}` };
  }
  if ("code" in error && error.code === "ENOENT") {
    return null;
  }
  throw error;
}

/** Claims that the tool accepts what it is given, or says that it was not run. */
export function accepts(verdicts: Verdicts, command: string, ...args: readonly string[]): void {
  const ran = runTool(command, ...args);
  const shown = [command, ...args].map((word) => basename(word)).join(" ");
  if (ran === null) {
    verdicts.section(`NOT RUN: ${shown}: ${command} is not installed`);
    return;
  }
  verdicts.claim(shown, ran.exitCode === 0, ran.text);
}
