import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TemporaryFolder } from "../helpers/folder.ts";
import { runTidemark, TidemarkProcess } from "../helpers/tidemark.ts";
import { until } from "../helpers/until.ts";

const daemonFile = `version: 1
products: ["products/*.product.yaml"]
connections: { files: { type: duckdb } }
teams: { shop: {} }
http: { listen: "127.0.0.1:0" }
`;

const productFile = `version: 1
product: orders
tier: bronze
owner: shop
datasets:
  orders:
    connection: files
    files: ../orders.csv
    schedule: { every: 1s }
    checks:
      enough: { type: volume, min: 3 }
slos:
  enough:
    objective: 95%
    window: 1d
    checks: [orders.enough]
    exclusions:
      - { from: 2020-12-24, to: 2020-12-27, reason: The holidays. }
      - { from: 9990-12-24, to: 9990-12-27, mode: good, reason: Far ahead. }
      - { start: 9990-03-01T02:00, rrule: FREQ=WEEKLY, duration: 2h, reason: Never soon. }
  other: { objective: 95%, window: 1d, checks: [orders.enough] }
`;

interface Exclusion {
  readonly id: string | null;
  readonly target: string;
  readonly state: string;
  readonly mode: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly author: string | null;
  readonly reason: string;
  readonly ended_by: string | null;
  readonly withdrawn_by: string | null;
  readonly withdrawn_reason: string | null;
}

interface SloStanding {
  readonly state: string;
  readonly bad_seconds: number;
  readonly exclusions: readonly Exclusion[];
}

let folder: TemporaryFolder;
let daemon: TidemarkProcess | null;

beforeEach(async () => {
  folder = await TemporaryFolder.make();
  daemon = null;
  await folder.write({
    "tidemark.yaml": daemonFile,
    "products/orders.product.yaml": productFile,
    "orders.csv": "id\n1\n2\n3\n",
  });
});

afterEach(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const tidemark = (...args: readonly string[]) => runTidemark(args, { cwd: folder.path });

async function serve(): Promise<string> {
  daemon = new TidemarkProcess(["serve"], { cwd: folder.path });
  return await daemon.serves();
}

async function stop(): Promise<void> {
  daemon?.send("SIGTERM");
  expect(await daemon?.ended()).toMatchObject({ exitCode: 0 });
}

/** Adds one that must be taken; returns its id. */
async function add(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await tidemark("exclude", "add", ...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return /^[0-9a-f]{12}/.exec(stdout)?.[0] ?? "";
}

async function listed(...selectors: readonly string[]): Promise<readonly Exclusion[]> {
  const { stdout } = await tidemark("exclude", "list", "--format", "json", ...selectors);
  return (JSON.parse(stdout) as { readonly exclusions: readonly Exclusion[] }).exclusions;
}

async function standingFromStore(): Promise<SloStanding | undefined> {
  const { stdout } = await tidemark("status", "orders/enough", "--format", "json");
  return (JSON.parse(stdout) as { readonly slos: readonly SloStanding[] }).slos[0];
}

async function standingFromDaemon(origin: string): Promise<SloStanding> {
  const answer = await fetch(`${origin}/api/v1/slos/orders/enough`);
  return (await answer.json()) as SloStanding;
}

/** Arguments of `exclude`, and what is said on stderr. */
type Refused = readonly [args: readonly string[], ...texts: readonly string[]];

async function expectRefused(refused: readonly Refused[]): Promise<void> {
  for (const [args, ...texts] of refused) {
    const { exitCode, stdout, stderr } = await tidemark("exclude", ...args);
    expect({ args, exitCode, stdout }).toEqual({ args, exitCode: 2, stdout: "" });
    for (const text of texts) {
      expect(stderr).toContain(text);
    }
  }
}

describe("tidemark exclude", () => {
  it("excuses what is to come, which a running daemon hears of, until somebody ends it", async () => {
    const origin = await serve();
    await until("good time", async () => (await standingFromDaemon(origin)).state === "good");

    const said = ["--from", "now", "--reason", "The warehouse moves.", "--author", "ana"] as const;
    const added = await tidemark("exclude", "add", "orders", ...said);
    expect(added).toMatchObject({ exitCode: 0, stderr: "" });
    expect(added.stdout).toMatch(
      /^([0-9a-f]{12}): orders is excluded from \S+ until it is ended\n {2}mode remove: its time is taken out of the window.*\n {2}by ana: The warehouse moves\.\n {2}`tidemark exclude end \1` ends it\n$/,
    );
    const id = added.stdout.slice(0, 12);
    await until("excused", async () => (await standingFromDaemon(origin)).state === "excluded");
    expect((await standingFromDaemon(origin)).exclusions).toMatchObject([
      { id, mode: "remove", to: null, author: "ana", reason: "The warehouse moves." },
    ]);

    const ended = await tidemark("exclude", "end", id, "--author", "li");
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ended.stdout).toMatch(new RegExp(`^${id} is ended: orders stays excluded from `));
    await until("not excused", async () => (await standingFromDaemon(origin)).state === "good");
    expect((await standingFromDaemon(origin)).exclusions).toMatchObject([{ id, ended_by: "li" }]);

    const again = await tidemark("exclude", "end", id);
    expect(again).toMatchObject({ exitCode: 2, stdout: "" });
    expect(again.stderr).toContain(`TM_USAGE: exclusion \`${id}\` was ended by li at `);
    await stop();
  });

  it("corrects what has been as good time, and says in status who did and why", async () => {
    await folder.write({ "orders.csv": "id\n1\n" });
    const origin = await serve();
    await until("bad time", async () => (await standingFromDaemon(origin)).bad_seconds > 0);
    await stop();
    expect((await standingFromStore())?.bad_seconds).toBeGreaterThan(0);

    const span = ["--from", "2020-01-01", "--to", "9999-01-01"];
    const id = await add("orders/enough", ...span, "--reason", "A wrong file", "--author", "ana");
    const standing = await standingFromStore();
    expect(standing).toMatchObject({
      state: "good",
      bad_seconds: 0,
      exclusions: [
        {
          id,
          mode: "good",
          from: "2020-01-01T00:00:00.000Z",
          to: "9999-01-01T00:00:00.000Z",
          author: "ana",
          reason: "A wrong file",
        },
      ],
    });
    const { stdout } = await tidemark("status");
    expect(stdout).toMatch(
      /^excluded in the window\n {2}orders\/enough {2}good {2}2020-01-01T00:00:00Z to 9999-01-01T00:00:00Z {2}ana {2}A wrong file$/m,
    );
    expect((await tidemark("status", "orders/other")).stdout).not.toContain("A wrong file");

    const why = ["--reason", "The file was right", "--author", "li"];
    const withdrawn = await tidemark("exclude", "withdraw", id, ...why);
    expect(withdrawn).toMatchObject({ exitCode: 0, stderr: "" });
    expect(withdrawn.stdout).toBe(
      `${id} is withdrawn: orders/enough is no longer excluded from 2020-01-01T00:00:00Z to 9999-01-01T00:00:00Z (2914270d)\n  by li: The file was right\n`,
    );
    const after = await standingFromStore();
    expect(after?.bad_seconds).toBeGreaterThan(0);
    expect(after?.exclusions).toMatchObject([
      { id, author: "ana", withdrawn_by: "li", withdrawn_reason: "The file was right", times: [] },
    ]);
    expect((await tidemark("status")).stdout).toMatch(
      /^ {2}orders\/enough {2}withdrawn {2}2020-01-01T00:00:00Z to 9999-01-01T00:00:00Z {2}ana {2}A wrong file \(withdrawn by li: The file was right\)$/m,
    );
    expect(await listed("orders/enough")).toContainEqual(
      expect.objectContaining({ id, state: "withdrawn", withdrawn_by: "li" }),
    );
    for (const verb of ["end", "withdraw"]) {
      const options = verb === "end" ? [] : ["--reason", "Again"];
      const again = await tidemark("exclude", verb, id, ...options);
      expect(again).toMatchObject({ exitCode: 2, stdout: "" });
      expect(again.stderr).toContain(`TM_USAGE: exclusion \`${id}\` was withdrawn by li at `);
    }
  });

  it("lists those of the product files and those made by command, with their state", async () => {
    await serve();
    await stop();
    const planned = await add("orders", "--from", "9998-01-01", "--for", "2d", "--reason", "Later");
    const over = await add("orders/other", "--from", "2020-01-01", "--for", "1h", "--reason", "x");
    const running = await add("orders/other", "--from", "now", "--mode", "good", "--reason", "y");
    await tidemark("exclude", "end", planned);

    const all = await listed();
    expect(all.map(({ target, state, mode, reason }) => [target, state, mode, reason])).toEqual([
      ["orders", "ended", "remove", "Later"],
      ["orders/enough", "over", "remove", "The holidays."],
      ["orders/enough", "planned", "good", "Far ahead."],
      ["orders/enough", "over", "remove", "Never soon."],
      ["orders/other", "over", "good", "x"],
      ["orders/other", "running", "good", "y"],
    ]);
    expect(all[2]).toMatchObject({ from: "9990-12-24T00:00:00.000Z", id: null, author: null });
    expect((await listed("orders/other")).map(({ id }) => id)).toEqual([planned, over, running]);

    const { stdout } = await tidemark("exclude", "list", "orders/enough");
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^target +state +mode +from +to +id +by +made +why$/);
    expect(lines[1]).toMatch(/^orders +ended +remove +9998-01-01T00:00:00Z +\(never began\) +/);
    expect(lines[3]).toMatch(
      /^orders\/enough +planned +good +9990-12-24T00:00:00Z +9990-12-27T00:00:00Z +product file +Far ahead\.$/,
    );
    expect(lines[4]).toMatch(/Never soon\. \(FREQ=WEEKLY from 9990-03-01T02:00:00 UTC, 2h each\)$/);
  });

  it("refuses what cannot be, and writes nothing", async () => {
    await serve();
    await stop();
    const now = ["--from", "now"] as const;
    const why = ["--reason", "x"] as const;
    const refused: readonly Refused[] = [
      [
        ["add", "ordres", ...now, ...why],
        "TM_CONFIG_REFERENCE: there is no product and no SLO",
        "did you mean `orders`?",
      ],
      [["add", "orders/enuogh", ...now, ...why], "did you mean `orders/enough`?"],
      [["add", "orders/orders/enough", ...now, ...why], "TM_CONFIG_REFERENCE"],
      [["add", "orders", ...now, "--to", "2020-01-01", ...why], "TM_USAGE"],
      [["add", "orders", ...now, "--reason", " "], "TM_USAGE: `--reason` is empty"],
      [["add", "orders", ...now], "TM_USAGE: required option '--reason <text>'"],
    ];
    await expectRefused(refused);
    expect(await listed("orders/other")).toEqual([]);
  });

  it("refuses to end what is not there or is over, and options that cannot be", async () => {
    await serve();
    await stop();
    const over = await add("orders", "--from", "2020-01-01", "--for", "1h", "--reason", "x");
    const now = ["--from", "now"] as const;
    const why = ["--reason", "x"] as const;
    const refused: readonly Refused[] = [
      [["add", "orders", ...why], "TM_USAGE: required option '--from <instant>'"],
      [["add", "orders", ...now, ...why, "--mode", "bad"], "TM_USAGE: option '--mode <mode>'"],
      [["end", "000000000000"], "TM_CONFIG_REFERENCE: there is no exclusion `000000000000`"],
      [
        ["end", over],
        `TM_USAGE: exclusion \`${over}\` is over since 2020-01-01T01:00:00.000Z`,
        `\`tidemark exclude withdraw ${over} --reason …\` takes it back`,
      ],
      [["list", "nothing"], "TM_SELECTOR"],
    ];
    await expectRefused(refused);
    expect(await listed("orders/other")).toMatchObject([
      { id: over, state: "over", withdrawn_by: null },
    ]);
  });

  it("refuses to withdraw what is not there, or without a reason", async () => {
    await serve();
    await stop();
    const over = await add("orders", "--from", "2020-01-01", "--for", "1h", "--reason", "x");
    const why = ["--reason", "x"] as const;
    await expectRefused([
      [["withdraw", "000000000000", ...why], "TM_CONFIG_REFERENCE: there is no exclusion `0000"],
      [["withdraw", over], "TM_USAGE: required option '--reason <text>'"],
      [["withdraw", over, "--reason", " "], "TM_USAGE: `--reason` is empty"],
      [["withdraw", over, ...why, "--author", "\u0007"], "TM_USAGE: `--author` is no line"],
    ]);
    expect(await listed("orders/other")).toMatchObject([{ state: "over", withdrawn_by: null }]);
  });

  it("makes no store, and says what does", async () => {
    const args = ["exclude", "add", "orders", "--from", "now", "--reason", "x"] as const;
    const { exitCode, stdout, stderr } = await tidemark(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("TM_STORE_UNAVAILABLE: There is no store at");
    expect(stderr).toContain("`tidemark serve` makes it");
  });
});
