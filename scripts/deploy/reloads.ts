import { chownSync, mkdirSync, renameSync, symlinkSync } from "node:fs";
import { TidemarkProcess } from "../../test/helpers/tidemark.ts";
import { until } from "../../test/helpers/until.ts";
import { container, type Mount } from "./container.ts";
import { lastOf } from "./dockerfile.ts";
import { imageOf, type Made } from "./made.ts";

const config = `version: 1
products: ["/srv/products/git/current/**/*.product.yaml", "/srv/products/files/*.product.yaml"]
store: { type: sqlite, path: /var/lib/tidemark/state.db }
connections: { files: { type: duckdb } }
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
http: { listen: "127.0.0.1:0" }
`;

const product = (name: string, min: number): string => `version: 1
product: ${name}
owner: shop
datasets:
  rows: { connection: files, files: rows.csv, checks: { enough: { type: volume, min: ${min} } } }
`;

/**
 * Runs the daemon and, as the chart does, `reload.mjs` beside it, over files that are swapped as git-sync and as
 * Kubernetes swap them.
 */
export async function reloads(made: Made): Promise<void> {
  const { verdicts, work, stage } = made;
  verdicts.section("The sidecar that has the daemon read swapped files again");
  await work.write({
    "cluster/etc/tidemark.yaml": config,
    "cluster/git/.worktrees/one/sales/orders.product.yaml": product("orders", 1),
    "cluster/git/.worktrees/two/sales/orders.product.yaml": product("orders", 2),
    "cluster/git/.worktrees/three/sales/orders.product.yaml": product("orders", 3),
    "cluster/files/..2026_01/visits.product.yaml": product("visits", 1),
    "cluster/files/..2026_02/visits.product.yaml": product("visits", 2),
  });
  symlinkSync(".worktrees/one", work.at("cluster/git/current"));
  symlinkSync("..2026_01", work.at("cluster/files/..data"));
  symlinkSync("..data/visits.product.yaml", work.at("cluster/files/visits.product.yaml"));
  const { user, workdir, program } = imageOf(made);
  mkdirSync(work.at("cluster/state"));
  chownSync(work.at("cluster/state"), user.id, user.group);
  const mounts: readonly Mount[] = [
    program,
    { source: work.at("cluster/state"), target: "/var/lib/tidemark", isWritable: true },
    { source: work.at("cluster/etc"), target: "/etc/tidemark" },
    { source: work.at("cluster/git"), target: "/srv/products/git" },
    { source: work.at("cluster/files"), target: "/srv/products/files" },
  ];
  const isolated = { user, workdir, mounts };
  const daemonFolder = work.at("cluster/daemon");
  await using daemon = new TidemarkProcess(lastOf(stage, "CMD"), {
    program: container({
      ...isolated,
      folder: daemonFolder,
      entrypoint: lastOf(stage, "ENTRYPOINT"),
    }),
  });
  await daemon.serves();
  const started = await daemon.logged("metrics at");
  verdicts.equal("it watches the products of both", started["products"], 2);
  const swap = (link: string, to: string): void => {
    symlinkSync(to, work.at(`cluster/${link}.new`));
    renameSync(work.at(`cluster/${link}.new`), work.at(`cluster/${link}`));
  };
  const reloaded = async (from: number): Promise<unknown> =>
    (await daemon.logged("configuration reloaded", from))["changed"];
  const besides = (name: string, args: readonly string[]): TidemarkProcess =>
    new TidemarkProcess(args, {
      program: container({ ...isolated, folder: work.at(`cluster/${name}`), entrypoint: ["node"] }),
    });
  // A daemon that Node is still loading looks like this: it is there, and SIGHUP would end it.
  const loading = "console.log('up'); setInterval(() => undefined, 60_000)";
  await using young = besides("young", ["-e", loading, "/dist/src/main.js", "serve"]);
  await until("a daemon that is being loaded", () => young.stdout.includes("up"));
  const unseen = daemon.log.length;
  swap("git/current", ".worktrees/two");
  const folders = ["/etc/tidemark", "/srv/products/files", "/srv/products/git/current"];
  await using sidecar = besides("sidecar", ["/opt/tidemark/reload.mjs", "0.1", ...folders]);
  verdicts.equal("what was swapped before it looked is read", await reloaded(unseen), [
    "orders/rows/enough",
  ]);
  for (const [what, link, to, changed] of [
    ["git-sync's link", "git/current", ".worktrees/three", "orders/rows/enough"],
    ["a ConfigMap's", "files/..data", "..2026_02", "visits/rows/enough"],
  ] as const) {
    const from = daemon.log.length;
    swap(link, to);
    verdicts.equal(`after ${what}`, await reloaded(from), [changed]);
  }
  verdicts.claim(
    "a daemon that does not listen yet is left alone",
    !young.hasEnded,
    sidecar.stdout,
  );
  daemon.send("SIGTERM");
  const { exitCode, stderr } = await daemon.ended();
  verdicts.claim("SIGTERM ends it, with exit code 0", exitCode === 0, stderr);
}
