import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Verdicts } from "../_shared/verdicts.ts";
import { runGo } from "./go.ts";
import { accepts, runTool } from "./tools.ts";

/** The library by which Compose reads its files, with a command of its own. */
const judge = "github.com/compose-spec/compose-go/v2/cmd@v2.16.2";

/** Has Compose's own reader, Prometheus and Alertmanager judge what Compose is given. */
export function compose(verdicts: Verdicts, deploy: string, work: string): void {
  verdicts.section("Compose's file and what it mounts (nothing is started)");
  const prometheus = join(deploy, "compose/prometheus.yml");
  accepts(verdicts, "promtool", "check", "config", "--syntax-only", prometheus);
  accepts(verdicts, "amtool", "check-config", join(deploy, "compose/alertmanager.yml"));
  const built = runGo(work, ["install", judge], { GOBIN: work });
  if ("problem" in built) {
    verdicts.section(`NOT RUN: Compose's own reader of its file: ${built.problem}`);
    return;
  }
  const file = join(deploy, "compose.yaml");
  const read = runTool(join(work, "cmd"), file);
  verdicts.claim("Compose's own reader takes the file", read?.exitCode === 0, read?.text);
  const planted = join(work, "planted-compose.yaml");
  writeFileSync(planted, readFileSync(file, "utf8").replace("read_only: true", "red_only: true"));
  const refused = runTool(join(work, "cmd"), planted);
  verdicts.claim(
    "and refuses a key that it does not know",
    refused?.text.includes("red_only") === true && refused.exitCode !== 0,
    refused?.text,
  );
}
