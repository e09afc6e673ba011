import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Verdicts } from "../_shared/verdicts.ts";
import { runTool } from "./tools.ts";

/** Of systemd's scale from 0 to 10; services without any hardening stand at 9.6. */
const maxExposure = 2;

/** Has systemd's own tool read the unit, under a root in which the package is installed. */
export async function unit(verdicts: Verdicts, deploy: string, work: string): Promise<void> {
  const version = runTool("systemd-analyze", "--version");
  if (version === null) {
    verdicts.section("NOT RUN: the systemd unit: systemd-analyze is not installed");
    return;
  }
  verdicts.section("The systemd unit, as its own tool reads it");
  const file = join(deploy, "systemd/tidemark.service");
  const root = join(work, "host");
  for (const path of ["opt/tidemark/bin/tidemark", "bin/kill"]) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), "#!/bin/sh\n");
    chmodSync(join(root, path), 0o755);
  }
  const units = join(root, "etc/systemd/system");
  mkdirSync(units, { recursive: true });
  cpSync(file, join(units, "tidemark.service"));
  cpSync("/lib/systemd/system", join(root, "lib/systemd/system"), { recursive: true });
  const verified = runTool(
    "systemd-analyze",
    "verify",
    "--man=no",
    `--root=${root}`,
    "tidemark.service",
  );
  // Other units of the machine have findings of their own.
  const ofOurs = verified?.text.split("\n").filter((line) => line.includes("tidemark"));
  verdicts.equal("systemd-analyze verify finds nothing", ofOurs, []);
  verdicts.equal("systemd-analyze verify ends with 0", verified?.exitCode, 0);
  const judged = runTool("systemd-analyze", "security", "--offline=true", "--no-pager", file);
  const exposure = Number(/exposure level for [^:]+: ([\d.]+)/.exec(judged?.text ?? "")?.[1]);
  verdicts.claim(
    `systemd-analyze security: exposure ${exposure} of 10, at most ${maxExposure}`,
    exposure <= maxExposure,
    judged?.text,
  );
}
