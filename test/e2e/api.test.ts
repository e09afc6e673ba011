import { afterEach, beforeEach, expect, it } from "vitest";
import { TemporaryFolder } from "../helpers/folder.ts";
import { runTidemark, TidemarkProcess } from "../helpers/tidemark.ts";
import { until } from "../helpers/until.ts";

const token = "canary-t0ken";
/** A row's value: the warehouse's driver repeats it in its error. */
const rowValue = "canary-row-7731";
const sql = "canary-sql";

let folder: TemporaryFolder;
let daemon: TidemarkProcess | null;

const daemonFile = `version: 1
products: ["products/*.product.yaml"]
connections: { files: { type: duckdb } }
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
http: { listen: "127.0.0.1:0", token: "\${env:API_TOKEN}" }
`;

const productFile = (csv: string) => `version: 1
product: orders
tier: silver
owner: shop
datasets:
  orders:
    connection: files
    files: ${csv}
    schedule: { every: 1s }
    checks:
      enough: { type: volume, min: 3 }
  broken:
    connection: files
    query: SELECT CAST(name AS TIMESTAMP) AS loaded_at, '${sql}' AS note FROM read_csv('${csv}')
    schedule: { every: 1s }
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1h }
slos:
  enough: { objective: 90%, window: 1d, checks: [orders.enough] }
`;

beforeEach(async () => {
  folder = await TemporaryFolder.make();
  daemon = null;
  await folder.write({
    "tidemark.yaml": daemonFile,
    "products/orders.product.yaml": productFile(folder.at("orders.csv")),
    "orders.csv": `id,name\n1,${rowValue}\n2,${rowValue}\n3,${rowValue}\n`,
  });
});

afterEach(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

type Fields = Readonly<Record<string, unknown>>;

interface List {
  readonly items: readonly Fields[];
}

interface Status {
  readonly slos: readonly Fields[];
}

async function get(origin: string, path: string, given = token): Promise<Answer> {
  const headers = { authorization: `Bearer ${given}` };
  const response = await fetch(`${origin}${path}`, { headers });
  return { status: response.status, text: await response.text() };
}

const fresh = "/api/v1/checks/orders/broken/fresh/results";

it("answers to whoever bears the token while it serves, and tells neither secret nor row", async () => {
  daemon = new TidemarkProcess(["serve"], { cwd: folder.path, env: { API_TOKEN: token } });
  const origin = await daemon.serves();
  await until("a result of both checks", async () => {
    const [first, second] = await Promise.all([
      get(origin, "/api/v1/slos/orders/enough"),
      get(origin, fresh),
    ]);
    return first.text.includes('"state":"good"') && second.text.includes('"outcome":"error"');
  });

  const [slo] = (JSON.parse((await get(origin, "/api/v1/slos")).text) as List).items;
  expect(slo).toMatchObject({
    id: "orders/enough",
    objective: "90%",
    window: "1d",
    sli: 1,
    bad_seconds: 0,
    blame: [{ check: "orders/orders/enough", bad_seconds: 0 }],
  });
  const options = { cwd: folder.path, env: { API_TOKEN: token } };
  const status = await runTidemark(["status", "--format", "json"], options);
  const { burn_rate_1h: _, ...standing } = (JSON.parse(status.stdout) as Status).slos[0] ?? {};
  expect(Object.keys(slo ?? {})).toEqual(expect.arrayContaining(Object.keys(standing)));

  const [result] = (JSON.parse((await get(origin, `${fresh}?limit=1`)).text) as List).items;
  expect(result).toMatchObject({ outcome: "error", failure: { kind: "invalid_query" } });

  for (const path of [
    "/api/v1/products",
    "/api/v1/products/orders",
    "/api/v1/slos",
    "/api/v1/slos/orders/enough",
    fresh,
    "/api/v1/checks/orders/orders/enough/results",
    "/api/v1/incidents",
  ]) {
    expect((await get(origin, path, "wrong")).status).toBe(401);
    const answer = await get(origin, path);
    expect([path, answer.status]).toEqual([path, 200]);
    for (const canary of [rowValue, token, sql, folder.path]) {
      expect(answer.text).not.toContain(canary);
    }
  }
});
