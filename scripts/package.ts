/**
 * Packs the npm package, installs it into empty folders as users would, and uses it there: `npm run test:package`.
 * Nothing of the repository is on the path then. What is not run is said with the reason.
 *
 *   node scripts/package.ts
 */
import { readFileSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../package.json" with { type: "json" };
import { oldestNodes } from "../src/cli/node-version.ts";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { freePort } from "../test/helpers/postgres.ts";
import { TidemarkProcess } from "../test/helpers/tidemark.ts";
import { until } from "../test/helpers/until.ts";
import { Verdicts } from "./_shared/verdicts.ts";
import { brokenLinks, compiledOf, filesUnder, secretsIn, strangers } from "./package/contents.ts";
import { bigqueryMesh, postgresMesh, snowflakeMesh } from "./package/meshes.ts";
import { environment, install, pack, type Ran, run } from "./package/npm.ts";

const maxPackedBytes = 1_000_000;
const duckdbBinary = `@duckdb/node-bindings-${process.platform}-${process.arch}`;

const repository = fileURLToPath(new URL("..", import.meta.url));
const verdicts = new Verdicts();
await using work = await TemporaryFolder.make();
const thisNode = dirname(process.execPath);
const tarball = await pack(repository, work.path);
const [full, slim] = [work.at("full"), work.at("slim")];
await Promise.all([install(full, tarball), install(slim, tarball, "--omit=optional")]);

contents(join(full, "node_modules/tidemark"));
await works(`Node ${process.versions.node}`, full, thisNode);
await onTheOldestNodes();
await onAnOlderNode();
await withoutOptional();
process.exitCode = verdicts.finish();

function contents(root: string): void {
  verdicts.section("What is in the package");
  const files = filesUnder(root);
  const packedBytes = statSync(tarball).size;
  verdicts.note(`${files.length} files, ${(packedBytes / 1e6).toFixed(2)} MB packed`);
  verdicts.claim("it is small", packedBytes <= maxPackedBytes, `${packedBytes} bytes`);
  for (const path of ["LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md"]) {
    const isSame =
      files.includes(path) &&
      readFileSync(join(root, path), "utf8") === readFileSync(join(repository, path), "utf8");
    verdicts.claim(`${path} is there`, isSame);
  }
  verdicts.equal(
    "no source, test, map or configuration file, and nothing unknown",
    strangers(files),
    [],
  );
  const compiled = files.filter((path) => path.endsWith(".js"));
  verdicts.equal(
    "every source is compiled, and there is no ghost",
    compiled,
    compiledOf(repository),
  );
  const home = [repository, work.path, `${homedir()}/`];
  verdicts.equal("no secret, and no folder of this machine", secretsIn(root, files, home), []);
  verdicts.equal("its pages lead to pages that are there", brokenLinks(root, files), []);
}

async function works(title: string, folder: string, nodeFolder: string): Promise<void> {
  verdicts.section(`In an empty folder, ${title}`);
  const place = { cwd: folder, nodeFolder };
  const mesh = `mesh-${title.replaceAll(/[^\w.]+/g, "-")}`;
  const version = await tidemark(place, "--version");
  verdicts.equal("npx tidemark --version", seen(version), [0, `${manifest.version}\n`]);
  const made = await tidemark(place, "init", mesh);
  verdicts.claim("npx tidemark init", made.exitCode === 0, made);
  const inside = { cwd: join(folder, mesh), nodeFolder };
  const valid = await tidemark(inside, "validate");
  const summary = "valid: 1 product, 1 dataset, 3 checks, 1 SLO\n";
  verdicts.equal("npx tidemark validate", seen(valid), [0, summary]);
  const checked = await tidemark(inside, "check", "--format", "json");
  verdicts.equal("npx tidemark check", seen(checked, outcomesOf), [0, "pass pass pass"]);
  const dashboards = await tidemark(inside, "generate", "dashboards", "--out", "grafana");
  const rules = await tidemark(inside, "generate", "rules", "--out", "rules");
  verdicts.claim("npx tidemark generate dashboards", dashboards.exitCode === 0, dashboards);
  verdicts.claim("npx tidemark generate rules", rules.exitCode === 0, rules);
  await serves(inside);
}

async function serves({ cwd, nodeFolder }: Place): Promise<void> {
  const path = join(cwd, "tidemark.yaml");
  await writeFile(path, readFileSync(path, "utf8").replace("127.0.0.1:9464", "127.0.0.1:0"));
  await using daemon = new TidemarkProcess(["--log-format", "json", "serve"], {
    cwd,
    env: environment(nodeFolder),
    program: [join(cwd, "../node_modules/.bin/tidemark")],
  });
  const origin = await daemon.serves();
  const ready = await fetch(`${origin}/readyz`);
  verdicts.equal(
    "tidemark serve is ready",
    [ready.status, await ready.json()],
    [200, { status: "ok" }],
  );
  const scraped = async (): Promise<string> => (await fetch(`${origin}/metrics`)).text();
  await until("the checks to have run", async () => passed(await scraped()) === 3);
  const text = await scraped();
  const build = `tidemark_build_info{version="${manifest.version}",`;
  verdicts.claim("/metrics says which version it is", text.includes(build), text);
  verdicts.equal("/metrics says that three checks pass", passed(text), 3);
  daemon.send("SIGTERM");
  const { exitCode, stderr } = await daemon.ended();
  verdicts.claim("SIGTERM ends it, with exit code 0", exitCode === 0, stderr);
}

/** Of each line, the oldest that `engines` allows. */
async function onTheOldestNodes(): Promise<void> {
  const packageName = `node-${process.platform}-${process.arch}`;
  for (const version of oldestNodes) {
    if (!["linux", "darwin"].includes(process.platform)) {
      verdicts.section(`NOT RUN on Node ${version}: npm has it for Linux and macOS only`);
      continue;
    }
    const folder = work.at(`node-${version}`);
    await install(folder, "--ignore-scripts", `${packageName}@${version}`);
    await works(`Node ${version}`, full, join(folder, "node_modules", packageName, "bin"));
  }
}

/** The host's own Node, where that is too old. */
async function onAnOlderNode(): Promise<void> {
  const place = { cwd: full, nodeFolder: "/usr/bin" };
  const { stdout } = await run("/usr/bin/node", ["--version"], place).catch(() => ({ stdout: "" }));
  const major = Number(/^v(\d+)/.exec(stdout)?.[1] ?? Number.NaN);
  if (!(major >= 20 && major < 22)) {
    verdicts.section(
      "NOT RUN on a Node that is too old: there is none between 20 and 22 in /usr/bin",
    );
    return;
  }
  verdicts.section(`On Node ${stdout.trim()}`);
  const refused = await tidemark(place, "--version");
  const isTold = refused.stderr.includes(`Tidemark needs Node ${oldestNodes[0]} or `);
  verdicts.claim(
    "it says which Node it needs, without a stack trace: exit code 2",
    refused.exitCode === 2 && isTold && !/^ {4}at /m.test(refused.stderr),
    refused,
  );
}

async function withoutOptional(): Promise<void> {
  verdicts.section("With --omit=optional");
  const place = { cwd: slim, nodeFolder: thisNode };
  const version = await tidemark(place, "--version");
  verdicts.equal("npx tidemark --version", seen(version), [0, `${manifest.version}\n`]);
  const drivers = Object.keys(manifest.optionalDependencies);
  const installed = filesUnder(join(slim, "node_modules"));
  const present = drivers.filter((name) => installed.some((path) => path.startsWith(`${name}/`)));
  verdicts.equal("no driver of a cloud warehouse is there", present, []);

  await missing("bigquery", bigqueryMesh, "@google-cloud/bigquery");
  await missing("snowflake", snowflakeMesh, "snowflake-sdk");
  await tidemark(place, "init", "files");
  await missing("files", {}, duckdbBinary);

  const unreached = await checks("postgres", postgresMesh(await freePort()));
  verdicts.equal("pg is there: a server that is not is unreachable", unreached.kinds, [
    "unreachable",
  ]);

  await install(
    slim,
    "--omit=optional",
    `${duckdbBinary}@${manifest.dependencies["@duckdb/node-api"]}`,
  );
  verdicts.equal(
    `with ${duckdbBinary} files are checked`,
    (await checks("files", {})).outcomes,
    "pass pass pass",
  );
}

/** A check through a driver that is not there says so, and names what to install. */
async function missing(
  folder: string,
  files: Readonly<Record<string, string>>,
  packageName: string,
): Promise<void> {
  const { ran, kinds, hints } = await checks(folder, files);
  verdicts.claim(
    `${folder}: exit code 3, driver_missing, naming ${packageName}`,
    ran.exitCode === 3 &&
      kinds.every((kind) => kind === "driver_missing") &&
      hints.every((hint) => hint.includes(packageName)),
    ran,
  );
}

async function checks(folder: string, files: Readonly<Record<string, string>>) {
  for (const [path, text] of Object.entries(files)) {
    await work.write({ [`slim/${folder}/${path}`]: text });
  }
  const ran = await tidemark(
    { cwd: join(slim, folder), nodeFolder: thisNode },
    "check",
    "--format",
    "json",
  );
  const failures = resultsOf(ran).map(({ failure }) => failure);
  return {
    ran,
    outcomes: outcomesOf(ran),
    kinds: failures.map((failure) => failure?.kind),
    hints: failures.map((failure) => failure?.hint ?? ""),
  };
}

interface Place {
  readonly cwd: string;
  readonly nodeFolder: string;
}

/** `npx tidemark …`; what is not installed is not fetched. */
function tidemark(place: Place, ...args: readonly string[]): Promise<Ran> {
  return run("npx", ["--no-install", "--loglevel=error", "--", "tidemark", ...args], place);
}

function seen(ran: Ran, read: (ran: Ran) => string = ({ stdout }) => stdout): readonly unknown[] {
  return [ran.exitCode, read(ran)];
}

/** `check --format json`, as far as it is looked at here. */
interface CheckOutput {
  readonly results: readonly {
    readonly outcome: string;
    readonly failure?: { readonly kind: string; readonly hint: string | null };
  }[];
}

function resultsOf({ stdout, stderr }: Ran): CheckOutput["results"] {
  if (!stdout.startsWith("{")) {
    throw new Error(`tidemark check printed no JSON:\n${stdout}${stderr}`);
  }
  return (JSON.parse(stdout) as CheckOutput).results;
}

function outcomesOf(ran: Ran): string {
  return resultsOf(ran)
    .map(({ outcome }) => outcome)
    .join(" ");
}

function passed(metrics: string): number {
  return metrics.match(/^tidemark_check_good\{.*\} 1$/gm)?.length ?? 0;
}
