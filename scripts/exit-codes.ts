/**
 * Runs the real `tidemark check` against a real Postgres: every outcome in one run, every kind of error
 * that a warehouse can be made to show, and every exit code that is promised.
 *
 *   node scripts/exit-codes.ts
 */
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { freePort, type PostgresServer, startPostgres } from "../test/helpers/postgres.ts";
import { type Ended, runTidemark, TidemarkProcess } from "../test/helpers/tidemark.ts";
import { until } from "../test/helpers/until.ts";
import { Verdicts } from "./_shared/verdicts.ts";
import {
  allButPatient,
  createTables,
  expected,
  files,
  reader,
  rowValue,
  slips,
} from "./exit-codes/mesh.ts";

/** `check --format json`, as far as it is looked at here. */
interface CheckOutput {
  readonly summary: Readonly<Record<string, number>>;
  readonly results: readonly {
    readonly id: string;
    readonly outcome: string;
    readonly failure?: { readonly kind: string; readonly hint: string | null };
  }[];
}

const verdicts = new Verdicts();
await using postgres = await startPostgres();
await using folder = await TemporaryFolder.make();
await createTables(postgres);
await folder.write(files);
const wrongPassword = "pw-that-is-wrong-40b9aa";
const env = {
  DWH_URL: postgres.url(reader),
  WRONG_PASSWORD_URL: postgres.url({ ...reader, password: wrongPassword }),
  NOBODY_THERE_URL: `postgres://reader@127.0.0.1:${await freePort()}/postgres`,
};
const printed: string[] = [];

await everyOutcomeInOneRun();
await codesOfWhatWasMeasured();
await codesOfWrongUse();
await interruption();
await secrecy();
process.exitCode = verdicts.finish();

async function everyOutcomeInOneRun(): Promise<void> {
  verdicts.section("Every outcome in one run");
  const text = await tidemark("check", ...allButPatient);
  verdicts.note(text.stdout);
  verdicts.equal("a failure among errors: exit code 1", text.exitCode, 1);

  const json = await tidemark("check", "--format", "json", ...allButPatient);
  const output = JSON.parse(json.stdout) as CheckOutput;
  const seen = new Map(
    output.results.map(({ id, outcome, failure }) => [
      id,
      failure === undefined ? outcome : `${outcome} ${failure.kind}`,
    ]),
  );
  for (const [id, outcome] of Object.entries(expected)) {
    verdicts.equal(`${id}: ${outcome}`, seen.get(id), outcome);
  }
  verdicts.equal("no other check was run", seen.size, Object.keys(expected).length);
  const { pass = 0, warn = 0, fail = 0, error = 0 } = output.summary;
  verdicts.equal(
    "the summary counts them",
    { pass, warn, fail, error },
    { pass: 6, warn: 1, fail: 4, error: 6 },
  );
  verdicts.claim(
    "every error says what to do about it",
    output.results.every(({ failure }) => failure === undefined || failure.hint !== null),
  );
  verdicts.equal("a query over its timeout is not left on the server", await statementsOf(), 0);
}

async function codesOfWhatWasMeasured(): Promise<void> {
  verdicts.section("Exit codes of what was measured");
  await exits(0, "all pass, one warns", "check", "healthy");
  await exits(1, "one fails", "check", "healthy", "broken/refunds/fresh");
  await exits(1, "all fail", "check", "broken");
  await exits(3, "some pass, one cannot be measured", "check", "neighbours");
  await exits(3, "none can be measured", "check", "unmeasured");
  await exits(1, "some fail, some cannot be measured", "check", "broken", "unmeasured/payroll");
}

async function codesOfWrongUse(): Promise<void> {
  verdicts.section("Exit codes of wrong use and wrong configuration");
  await refuses("TM_SELECTOR", "a selector that matches nothing", "check", "helthy");
  await refuses("TM_NOT_SUPPORTED", "a format that is not built yet", "check", "--format", "junit");
  await refuses("TM_NOT_SUPPORTED", "recording, not built yet", "check", "--record");
  await refuses("TM_CONFIG_READ", "a configuration that is not there", "-c", "no.yaml", "check");
  await refuses("unknown command", "a command that there is not", "chekc");
  await refuses("unknown option", "an option that there is not", "check", "--fast");

  await folder.write({ "products/slips.product.yaml": slips });
  const slipped = await refuses("TM_CONFIG_REFERENCE", "a product file with slips", "check");
  verdicts.note(slipped.stderr);
  for (const place of [":3:8: error TM_CONFIG_REFERENCE", ":8:23: error TM_CONFIG_SCHEDULE"]) {
    verdicts.claim(
      `it says products/slips.product.yaml${place}`,
      slipped.stderr.includes(`products/slips.product.yaml${place}`),
      slipped.stderr,
    );
  }
  verdicts.claim(
    "it says which key is not known, and the nearest one that is",
    /slips\.product\.yaml:10:31: error TM_CONFIG_UNKNOWN_KEY.*mn.*min/.test(slipped.stderr),
    slipped.stderr,
  );
  await folder.write({
    "products/slips.product.yaml": slips.replace("owner: shopp", "owner: shop"),
  });
  await refuses("TM_CONFIG_SCHEDULE", "the same with one slip mended", "check", "healthy");
  await folder.write({ "products/slips.product.yaml": files["products/healthy.product.yaml"] });
  await refuses("TM_CONFIG_DUPLICATE", "a product that is declared twice", "check", "healthy");
  await folder.write({
    "products/slips.product.yaml": files["products/healthy.product.yaml"].replace(
      "product: healthy",
      "product: mended",
    ),
  });
  await exits(0, "a mended file", "check", "mended");
}

async function interruption(): Promise<void> {
  verdicts.section("Ctrl-C in the middle of a check");
  await using child = new TidemarkProcess(["check", "patient"], { cwd: folder.path, env });
  await until("the slow statement on the server", async () => (await statementsOf()) > 0);
  const startedMs = performance.now();
  child.send("SIGINT");
  const ended = await child.ended();
  printed.push(ended.stdout, ended.stderr);
  const tookMs = performance.now() - startedMs;
  verdicts.note(ended.stdout);
  verdicts.equal("SIGINT: exit code 130", ended.exitCode, 130);
  verdicts.claim("it ends at once", tookMs < 3_000, `${tookMs.toFixed(0)} ms`);
  verdicts.equal("its statement is not left on the server", await statementsOf(), 0);
}

/** Of all that was printed by all of the runs above. */
async function secrecy(): Promise<void> {
  verdicts.section("What is not printed");
  const all = printed.join("\n");
  verdicts.claim("no password", ![reader.password, wrongPassword].some((one) => all.includes(one)));
  verdicts.claim("no value of a row", !all.includes(rowValue));
  verdicts.claim("no stack trace", !/^ {4}at /m.test(all));
}

async function exits(code: number, what: string, ...args: readonly string[]): Promise<void> {
  const ended = await tidemark(...args);
  verdicts.claim(`${what}: exit code ${code}`, ended.exitCode === code, ended);
}

async function refuses(code: string, what: string, ...args: readonly string[]): Promise<Ended> {
  const ended = await tidemark(...args);
  const isRefused = ended.exitCode === 2 && ended.stderr.includes(code) && ended.stdout === "";
  verdicts.claim(`${what}: exit code 2, ${code}`, isRefused, ended);
  return ended;
}

async function tidemark(...args: readonly string[]): Promise<Ended> {
  const ended = await runTidemark(args, { cwd: folder.path, env });
  printed.push(ended.stdout, ended.stderr);
  return ended;
}

/** Statements of Tidemark that run on the server now. */
async function statementsOf(server: PostgresServer = postgres): Promise<number> {
  const { rows } = await server.admin.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE application_name = 'tidemark' AND state = 'active'`,
  );
  return rows[0]?.count ?? 0;
}
