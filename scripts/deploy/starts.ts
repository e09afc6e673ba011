import { chmodSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { until } from "../../test/helpers/until.ts";
import { Machine, machineProblem } from "./machine.ts";
import type { Made } from "./made.ts";

const unit = "tidemark.service";
const token = "token-of-unit-4417";
const origin = "http://127.0.0.1:9464";

const config = `version: 1
products: ["products/*.product.yaml"]
store: { type: sqlite, path: /var/lib/tidemark/state.db }
connections: { files: { type: duckdb } }
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
http: { listen: "127.0.0.1:9464", token: "\${file:/run/credentials/tidemark.service/http-token}" }
`;

const product = (name: string): string => `version: 1
product: ${name}
owner: shop
datasets:
  rows: { connection: files, files: ../rows.csv, checks: { enough: { type: volume, min: 1 } } }
`;

/** Other than a test's, this start is as slow as the host. */
const patient = { withinMs: 60_000, everyMs: 100 };

const answer = z.object({ status: z.number(), text: z.string() });

/** Has a systemd start, reload, stop and refuse the unit, on a machine in which the built program is installed. */
export async function starts({ verdicts, work, deploy, root }: Made): Promise<void> {
  const problem = machineProblem();
  if (problem !== null) {
    verdicts.section(`NOT RUN: the unit, started by a systemd: ${problem}`);
    return;
  }
  const program = join(root, "opt/tidemark");
  mkdirSync(join(program, "bin"));
  symlinkSync("../dist/src/main.js", join(program, "bin/tidemark"));
  chmodSync(join(program, "dist/src/main.js"), 0o755);
  const folder = work.at("machine");
  mkdirSync(folder);
  await using machine = await Machine.boot({
    folder,
    program,
    target: "machine.target",
    files: {
      "etc/fstab": "",
      "etc/tidemark/tidemark.yaml": config,
      "etc/tidemark/rows.csv": "id\n1\n",
      "etc/tidemark/products/orders.product.yaml": product("orders"),
      "etc/tidemark/secrets/http-token": `${token}\n`,
      "etc/systemd/system/machine.target": `[Unit]\nWants=${unit}\n`,
      [`etc/systemd/system/${unit}`]: readFileSync(join(deploy, `systemd/${unit}`), "utf8"),
    },
  });
  if (machine === null) {
    verdicts.section("NOT RUN: the unit, started by a systemd: none boots in namespaces here");
    return;
  }
  verdicts.section("The unit, started by a systemd of its own in namespaces of this host");
  const shown = (name: string): string =>
    machine.run("systemctl", "show", "--value", `--property=${name}`, unit).stdout.trim();
  const get = (path: string, bearer = ""): z.infer<typeof answer> => {
    const script = `const answer = await fetch("${origin}${path}", { headers: { authorization: "Bearer ${bearer}" } });
console.log(JSON.stringify({ status: answer.status, text: await answer.text() }))`;
    const { stdout } = machine.run("node", "--input-type=module", "-e", script);
    return stdout === "" ? { status: 0, text: "" } : answer.parse(JSON.parse(stdout));
  };
  const metrics = (): string => get("/metrics", token).text;
  const isGood = (name: string): boolean =>
    new RegExp(`^tidemark_check_good\\{product="${name}".*\\} 1$`, "m").test(metrics());

  await until(
    "the unit to be ready, or to fail",
    () => {
      return shown("ActiveState") === "failed" || get("/readyz").status === 200;
    },
    patient,
  );
  const isReady = shown("ActiveState") === "active" && get("/readyz").status === 200;
  const told = machine.run("systemctl", "status", "--no-pager", "--full", unit).text;
  verdicts.claim("it is active, and ready", isReady, told);
  if (!isReady) {
    return;
  }
  verdicts.equal("it has the token out of its credentials", get("/metrics").status, 401);
  await until("the check to pass", () => isGood("orders"), patient);
  verdicts.claim("its check passes", true);
  const pid = shown("MainPID");
  const status = machine.run("cat", `/proc/${pid}/status`).stdout;
  verdicts.claim(
    "it has a user of its own, no capability, and a filter of system calls",
    /^Uid:\s+6\d{4}\s/m.test(status) &&
      /^CapEff:\s+0+$/m.test(status) &&
      /^NoNewPrivs:\s+1$/m.test(status) &&
      /^Seccomp:\s+2$/m.test(status),
    status,
  );
  const places = [
    "/etc/x",
    "/etc/tidemark/x",
    "/opt/tidemark/x",
    "/usr/x",
    "/var/lib/x",
    "/home/x",
  ];
  const seen = ["nsenter", "--target", pid, "--mount", "--"];
  const written = places.filter((path) => machine.run(...seen, "touch", path).exitCode === 0);
  verdicts.equal("it can write to none of six other places", written, []);

  machine.run("cp", "/etc/tidemark/products/orders.product.yaml", "/tmp/visits");
  machine.run("sed", "-i", "s/product: orders/product: visits/", "/tmp/visits");
  machine.run("cp", "/tmp/visits", "/etc/tidemark/products/visits.product.yaml");
  verdicts.equal("systemctl reload", machine.run("systemctl", "reload", unit).exitCode, 0);
  await until("the new product's check to pass", () => isGood("visits"), patient);
  verdicts.claim("and the new product is watched", true);

  machine.run("systemctl", "stop", unit);
  verdicts.equal(
    "systemctl stop ends it in peace",
    [shown("Result"), shown("ExecMainStatus")],
    ["success", "0"],
  );
  machine.run("sed", "-i", "s/^teams:/temas:/", "/etc/tidemark/tidemark.yaml");
  machine.run("rm", "-r", "/var/lib/private/tidemark");
  machine.run("systemctl", "start", unit);
  await until("the refusal", () => shown("ActiveState") === "failed", patient);
  verdicts.equal(
    "a configuration that is refused is not tried again",
    [shown("ExecMainStatus"), shown("NRestarts")],
    ["2", "0"],
  );
}
