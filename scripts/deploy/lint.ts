import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Verdicts } from "../_shared/verdicts.ts";
import { pythonOfJudges } from "./judges.ts";
import { runTool } from "./tools.ts";

/** Has hadolint read the Dockerfile, and one that it has to object to. */
export function lint(verdicts: Verdicts, dockerfile: string, work: string): void {
  const judges = pythonOfJudges();
  if ("problem" in judges) {
    verdicts.section(`NOT RUN: hadolint: ${judges.problem}`);
    return;
  }
  const found = runTool(judges.hadolint, "--no-color", dockerfile);
  verdicts.claim("hadolint finds nothing in the Dockerfile", found?.exitCode === 0, found?.text);
  const planted = join(work, "planted.Dockerfile");
  writeFileSync(planted, "FROM node\nRUN cd /tmp && sudo ls\n");
  const { exitCode, text } = runTool(judges.hadolint, "--no-color", planted) ?? {};
  verdicts.claim(
    "hadolint objects to an image without a version, and to sudo",
    exitCode === 1 && text?.includes("DL3006") === true && text.includes("DL3004"),
    text,
  );
}
