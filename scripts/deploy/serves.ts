import { chownSync, cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { parse } from "yaml";
import { z } from "zod";
import { freePort, startPostgres } from "../../test/helpers/postgres.ts";
import { runTidemark, TidemarkProcess } from "../../test/helpers/tidemark.ts";
import { until } from "../../test/helpers/until.ts";
import { run } from "../package/npm.ts";
import { container, type Mount } from "./container.ts";
import { lastOf } from "./dockerfile.ts";
import { imageOf, type Made } from "./made.ts";

const generator = z.looseObject({ command: z.array(z.string()) });

/** Of compose.yaml, what runs before the daemon's neighbours and ends. */
const compose = z.looseObject({
  services: z.object({ rules: generator, dashboards: generator }),
});

/** Runs the daemon as Compose would, against a Postgres that Compose's SQL has filled. */
export async function serves(made: Made): Promise<void> {
  const { verdicts, work, deploy, stage } = made;
  verdicts.section(
    "What the steps made, as 10001 in a read-only root, with compose's configuration",
  );
  await using postgres = await startPostgres();
  const secrets = { tidemark_token: "token-5b1f90", reader_password: "pw-of-reader-77aa12" };
  await fill(
    deploy,
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
  await work.write({
    "mesh/tidemark.yaml": readFileSync(work.at("mesh/tidemark.yaml"), "utf8").replace(
      "port: 5432",
      `port: ${postgres.port}`,
    ),
  });
  const { user, workdir, program } = imageOf(made);
  for (const name of ["state", "rules", "dashboards"]) {
    mkdirSync(work.at(name));
    chownSync(work.at(name), user.id, user.group);
  }
  const over = (volume: string): readonly Mount[] => [
    program,
    { source: work.at(volume), target: "/var/lib/tidemark", isWritable: true },
    { source: work.at("mesh"), target: "/etc/tidemark" },
    { source: work.at("secrets"), target: "/run/secrets" },
  ];
  const port = await freePort();
  const isolated = { folder: work.at("container"), user, workdir, mounts: over("state") };
  const entrypoint = [
    `SHOP_HOST=${postgres.host}`,
    `TIDEMARK_LISTEN=0.0.0.0:${port}`,
    ...lastOf(stage, "ENTRYPOINT"),
  ];
  const options = { program: container({ ...isolated, entrypoint }) };
  for (const path of ["/opt/tidemark/x", "/etc/tidemark/x", "/x", "/usr/x"]) {
    const touched = await runTidemark([path], {
      program: container({ ...isolated, folder: work.at("touching"), entrypoint: ["touch"] }),
    });
    const isRefused = touched.exitCode === 1 && touched.stderr.includes("Read-only file system");
    verdicts.claim(`${path} cannot be written`, isRefused, touched);
  }
  const { services } = compose.parse(
    parse(readFileSync(join(deploy, "compose.yaml"), "utf8"), { merge: true }),
  );
  for (const [name, { command }] of Object.entries(services)) {
    const folder = work.at(`container-${name}`);
    const written = await runTidemark(command, {
      program: container({ ...isolated, folder, mounts: over(name), entrypoint }),
    });
    verdicts.claim(`compose's ${name} are written, by 10001`, written.exitCode === 0, written);
  }
  const dashboards = readdirSync(work.at("dashboards")).filter((name) => name.endsWith(".json"));
  const texts = dashboards.map((name) => readFileSync(work.at(`dashboards/${name}`), "utf8"));
  verdicts.equal("there are four dashboards", texts.length, 4);
  verdicts.equal(
    "none of them leads to an address that is an example",
    texts.filter((text) => text.includes("example.com")),
    [],
  );
  const health = lastOf(stage, "HEALTHCHECK").map((word) => word.replace("9464", String(port)));
  const place = { cwd: work.path, nodeFolder: dirname(process.execPath) };
  const isHealthy = async (): Promise<boolean> =>
    (await run(health[0] ?? "", health.slice(1), place)).exitCode === 0;
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
async function fill(deploy: string, url: string, shopUrl: string, password: string): Promise<void> {
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
