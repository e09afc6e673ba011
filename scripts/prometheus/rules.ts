import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TemporaryFolder } from "../../test/helpers/folder.ts";
import { runTidemark } from "../../test/helpers/tidemark.ts";
import type { Verdicts } from "../_shared/verdicts.ts";
import { run } from "./programs.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const meshes = ["examples/demo", "examples/promises"];

/** Whether the rules of every mesh load, and whether those of test/golden/rules do what test/prometheus says. */
export async function judgeRules(verdicts: Verdicts, promtool: string): Promise<void> {
  verdicts.section("Rule files");
  await using folder = await TemporaryFolder.make();
  for (const mesh of meshes) {
    const out = folder.at(mesh);
    const args = ["generate", "rules", "--config", join(root, mesh, "tidemark.yaml"), "--out", out];
    const generated = await runTidemark(args);
    verdicts.claim(`${mesh}: rules are generated`, generated.exitCode === 0, generated.stderr);
    judgeFiles(verdicts, promtool, mesh, out);
  }
  judgeFiles(verdicts, promtool, "test/golden/rules", join(root, "test/golden/rules"));

  verdicts.section("Unit tests of rules");
  const tests = join(root, "test/prometheus");
  for (const name of readdirSync(tests).filter((file) => file.endsWith(".test.yaml"))) {
    const { exitCode, output } = run(promtool, ["test", "rules", join(tests, name)]);
    const text = readFileSync(join(tests, name), "utf8");
    const count = text.match(/\beval_time:/g)?.length ?? 0;
    verdicts.claim(`${name}: ${count} expectations`, exitCode === 0 && count > 0, output);
  }
}

/** promtool takes duplicates for errors as well. */
function judgeFiles(verdicts: Verdicts, promtool: string, what: string, dir: string): void {
  const files = readdirSync(dir).map((name) => join(dir, name));
  const { exitCode, output } = run(promtool, ["check", "rules", "--lint-fatal", ...files]);
  verdicts.claim(
    `${what}: ${files.length} files pass promtool check rules`,
    exitCode === 0,
    output,
  );
}
