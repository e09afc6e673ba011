import { symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ConfigurationLoader } from "../../../src/config/load.ts";
import { formatProblem } from "../../../src/config/problems.ts";
import type { Mesh } from "../../../src/core/mesh.ts";
import { daemonText, MeshFolder, ordersText } from "./mesh-folder.ts";
import { clock, registries } from "./registries.ts";

async function meshIn(
  folder: MeshFolder,
  env: Readonly<Record<string, string>> = {},
): Promise<Mesh> {
  const { mesh, problems } = await new ConfigurationLoader(registries, env, clock).load(
    folder.daemon,
  );
  if (mesh === null) {
    throw new Error(problems.map(formatProblem).join("\n"));
  }
  return mesh;
}

const wholeDaemon = `version: 1
products: ["products/**/*.product.yaml"]
store: { type: sqlite, path: "state/\${env:STORE}.db" }
connections:
  dwh:
    type: postgres
    url: \${env:DWH_URL}
    max_concurrency: \${env:CONCURRENCY:-8}
    statement_timeout: 20s
  lake: { type: duckdb }
teams:
  checkout:
    display_name: Checkout data
    notify:
      page: ["slack:#checkout-oncall", "email:oncall@example.com"]
      ticket: ["slack:#checkout-data"]
  finance: {}
notifiers:
  slack: { type: slack, token: "\${file:secrets/slack}" }
  email: { type: email, url: "smtp://localhost", from: "Tidemark <tidemark@example.com>" }
tiers:
  silver: { alert: none }
  platinum: { alert: page }
http: { listen: "0.0.0.0:9464", token: "a$\${b}\${env:TOKEN}" }
`;

const wholeOrders = `version: 1
product: orders
domain: sales
description: One row per confirmed order, corrected for refunds.
tier: platinum
owner: checkout
contacts: { product_owner: ana@example.com }
upstream: [payments/refunds]
consumers: [finance-reporting]
links: { runbook: "https://example.com/runbooks/orders" }
datasets:
  orders:
    connection: dwh
    table: analytics."Orders.2024"
    description: Grain is one confirmed order.
    timezone: Europe/Berlin
    schedule: { every: 15m }
    filter: "status <> 'test'"
    columns:
      order_id: { type: bigint, nullable: false, description: Surrogate key, example: 42 }
      loaded_at: { type: timestamptz }
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 60m, hold: 2h }
      early:
        type: freshness
        column: loaded_at
        max_age: 1h
        severity: warn
        owner: finance
        schedule: { cron: "0 6 * * 1-5", timezone: Europe/Berlin }
      shape: { type: schema, enabled: false, reason: The table is being rebuilt. }
slos:
  fresh:
    description: Order data is never older than an hour.
    objective: 99.95%
    window: 30d
    checks: [orders.fresh]
    coverage_floor: 0.85
    since: 2026-01-31
    alert: ticket
`;

const wholePayments = `version: 1
product: payments
owner: finance
tier: silver
datasets:
  refunds:
    connection: lake
    files: [refunds/*.parquet, ../shared/refunds.csv]
    checks:
      enough: { type: volume, min: 1 }
`;

const wholeEnv = {
  STORE: "tidemark",
  DWH_URL: "postgres://watch:canary@db.example.com/dwh",
  TOKEN: "c",
};

function wholeFolder(): MeshFolder {
  return new MeshFolder({
    "tidemark.yaml": wholeDaemon,
    "secrets/slack": "xoxb-canary\n",
    "products/orders.product.yaml": wholeOrders,
    "products/pay/payments.product.yaml": wholePayments,
  });
}

test("products, datasets and SLOs are compiled as declared", async () => {
  using folder = wholeFolder();

  const mesh = await meshIn(folder, wholeEnv);

  expect(mesh.baseDir).toBe(folder.path);
  expect([...mesh.products.keys()]).toEqual(["orders", "payments"]);
  expect(mesh.products.get("orders")).toEqual({
    name: "orders",
    domain: "sales",
    description: "One row per confirmed order, corrected for refunds.",
    tier: "platinum",
    owner: "checkout",
    alert: "page",
    contacts: { product_owner: "ana@example.com" },
    upstream: ["payments/refunds"],
    consumers: ["finance-reporting"],
    links: { runbook: "https://example.com/runbooks/orders" },
    maxBytesPerDay: null,
    datasetIds: ["orders/orders"],
    sloIds: ["orders/fresh"],
  });
  expect(mesh.datasets.get("orders/orders")).toEqual({
    id: "orders/orders",
    product: "orders",
    name: "orders",
    connection: "dwh",
    source: { kind: "table", parts: ["analytics", "Orders.2024"] },
    description: "Grain is one confirmed order.",
    timezone: "Europe/Berlin",
    filter: "status <> 'test'",
    columns: new Map([
      [
        "order_id",
        {
          name: "order_id",
          type: "bigint",
          nullable: false,
          description: "Surrogate key",
          example: 42,
        },
      ],
      ["loaded_at", { name: "loaded_at", type: "timestamptz", nullable: null }],
    ]),
    checkIds: ["orders/orders/fresh", "orders/orders/early", "orders/orders/shape"],
  });
  expect(mesh.slos.get("orders/fresh")).toEqual({
    id: "orders/fresh",
    product: "orders",
    name: "fresh",
    description: "Order data is never older than an hour.",
    objectivePpm: 999_500,
    window: { kind: "rolling", lengthMs: 2_592_000_000 },
    budgeting: "time",
    exclusions: [],
    labels: {},
    checkIds: ["orders/orders/fresh"],
    unknown: "ignore",
    coverageFloorPpm: 850_000,
    sinceMs: Date.UTC(2026, 0, 31),
    alert: "ticket",
  });
});

test("a check inherits owner and schedule, and says what it says itself", async () => {
  using folder = wholeFolder();

  const { checks } = await meshIn(folder, wholeEnv);

  expect(checks.get("orders/orders/fresh")).toMatchObject({
    datasetId: "orders/orders",
    type: "freshness",
    dimension: "timeliness",
    severity: "fail",
    owner: "checkout",
    schedule: { kind: "every", everyMs: 900_000 },
    holdMs: 7_200_000,
    disabledReason: null,
  });
  expect(checks.get("orders/orders/early")).toMatchObject({
    severity: "warn",
    owner: "finance",
    schedule: { kind: "cron", expression: "0 6 * * 1-5", timezone: "Europe/Berlin" },
    holdMs: null,
  });
  expect(checks.get("orders/orders/shape")).toMatchObject({
    disabledReason: "The table is being rebuilt.",
  });
  expect(checks.get("payments/refunds/enough")?.schedule).toEqual({
    kind: "every",
    everyMs: 3_600_000,
  });
});

test("a check's parameters are the output of its own type, without the keys that all checks share", async () => {
  using folder = wholeFolder();

  const { checks } = await meshIn(folder, wholeEnv);

  expect(checks.get("orders/orders/fresh")?.params).toEqual({
    column: "loaded_at",
    max_age: 3_600_000,
    time: "load",
    when_empty: "fail",
    future_tolerance: 300_000,
    visibility_delay: 2_000,
    source: "auto",
  });
});

test("enabled checks of one dataset with one schedule make a probe", async () => {
  using folder = wholeFolder();

  const { probes } = await meshIn(folder, wholeEnv);

  expect([...probes.values()]).toEqual([
    {
      id: "orders/orders@15m",
      datasetId: "orders/orders",
      connection: "dwh",
      schedule: { kind: "every", everyMs: 900_000 },
      offsetMs: expect.any(Number) as number,
      checkIds: ["orders/orders/fresh"],
    },
    {
      id: "orders/orders@0 6 * * 1-5 Europe/Berlin",
      datasetId: "orders/orders",
      connection: "dwh",
      schedule: { kind: "cron", expression: "0 6 * * 1-5", timezone: "Europe/Berlin" },
      offsetMs: 0,
      checkIds: ["orders/orders/early"],
    },
    {
      id: "payments/refunds@1h",
      datasetId: "payments/refunds",
      connection: "lake",
      schedule: { kind: "every", everyMs: 3_600_000 },
      offsetMs: expect.any(Number) as number,
      checkIds: ["payments/refunds/enough"],
    },
  ]);
});

test("references to the environment and to files are expanded in tidemark.yaml", async () => {
  using folder = wholeFolder();

  const mesh = await meshIn(folder, wholeEnv);

  expect(mesh.connections.get("dwh")).toMatchObject({
    name: "dwh",
    type: "postgres",
    config: { url: "postgres://watch:canary@db.example.com/dwh" },
    maxConcurrency: 8,
    statementTimeoutMs: 20_000,
  });
  expect(mesh.notifiers.get("slack")?.config).toMatchObject({ token: "xoxb-canary" });
  expect(mesh.http).toEqual({ host: "0.0.0.0", port: 9464, token: "a${b}c" });
  expect(mesh.store).toEqual({ type: "sqlite", path: folder.at("state/tidemark.db") });
});

test("a number that was not expanded must not be text", async () => {
  using folder = new MeshFolder({
    "tidemark.yaml": daemonText.replace(" }\nteams", ', max_concurrency: "8" }\nteams'),
    "orders.product.yaml": ordersText,
  });

  const { problems } = await new ConfigurationLoader(registries, {}, clock).load(folder.daemon);

  expect(problems.map(({ message }) => message)).toEqual([
    "`max_concurrency` must be a number, not text",
  ]);
});

test("a default stands for a variable that is not set or empty, and an empty default is one", async () => {
  using folder = new MeshFolder({
    "tidemark.yaml": `${daemonText}store: { type: sqlite, path: "\${env:UNSET:-a}\${env:EMPTY:-b}\${env:SET:-c}\${env:UNSET:-}.db" }\n`,
    "orders.product.yaml": ordersText,
  });

  const mesh = await meshIn(folder, { EMPTY: "", SET: "set" });

  expect(mesh.store.path).toBe(folder.at("abset.db"));
});

test("targets are split at the first colon", async () => {
  using folder = wholeFolder();

  const { teams } = await meshIn(folder, wholeEnv);

  expect(teams.get("checkout")).toEqual({
    name: "checkout",
    displayName: "Checkout data",
    notify: {
      page: [
        { notifier: "slack", address: "#checkout-oncall" },
        { notifier: "email", address: "oncall@example.com" },
      ],
      ticket: [{ notifier: "slack", address: "#checkout-data" }],
    },
  });
  expect(teams.get("finance")?.displayName).toBe("finance");
});

test("globs of a dataset start from the folder of its product file", async () => {
  using folder = wholeFolder();

  const { datasets } = await meshIn(folder, wholeEnv);

  expect(datasets.get("payments/refunds")?.source).toEqual({
    kind: "files",
    globs: [folder.at("products/pay/refunds/*.parquet"), folder.at("products/shared/refunds.csv")],
  });
});

test("without a word the store lies beside tidemark.yaml and the server on this host alone", async () => {
  using folder = new MeshFolder({
    "tidemark.yaml": daemonText,
    "orders.product.yaml": ordersText,
  });

  const mesh = await meshIn(folder);

  expect(mesh.store).toEqual({ type: "sqlite", path: folder.at(".tidemark/state.db") });
  expect(mesh.http).toEqual({ host: "127.0.0.1", port: 9464, token: null });
  expect(mesh.datasets.get("orders/orders")?.connection).toBe("dwh");
});

test("a product file may be a symbolic link", async () => {
  using elsewhere = new MeshFolder({ "real.yaml": ordersText });
  using folder = new MeshFolder({ "tidemark.yaml": daemonText });
  symlinkSync(elsewhere.at("real.yaml"), folder.at("orders.product.yaml"));

  expect([...(await meshIn(folder)).products.keys()]).toEqual(["orders"]);
});

test("an SLO over a check that is not enabled or only warns is loaded with a warning", async () => {
  using folder = new MeshFolder({
    "tidemark.yaml": daemonText,
    "orders.product.yaml": ordersText
      .replace(
        "slos:",
        "      few: { type: volume, max: 9, severity: warn }\n      many: { type: volume, min: 1, enabled: false, reason: Being rebuilt. }\nslos:",
      )
      .replace("[orders.fresh]", "[orders.few, orders.many]"),
  });

  const { mesh, problems } = await new ConfigurationLoader(registries, {}, clock).load(
    folder.daemon,
  );

  expect(mesh).not.toBeNull();
  expect(problems.map(({ level, line, message }) => [level, line, message])).toEqual([
    ["warning", 16, "`orders.few` has `severity: warn`: it never spends this SLO's budget"],
    ["warning", 16, "`orders.many` is not enabled: its time is unknown in this SLO"],
  ]);
});

test("a team needs targets only for the levels that it can be told at", async () => {
  using folder = new MeshFolder({
    "tidemark.yaml": daemonText.replace(
      "{ page: [console], ticket: [console] }",
      "{ ticket: [console] }",
    ),
    "orders.product.yaml": ordersText.replace("tier: gold", "tier: silver"),
  });

  expect((await meshIn(folder)).products.get("orders")?.alert).toBe("ticket");
});

test("the alert of an SLO is a level that its owner can be told at", async () => {
  using folder = new MeshFolder({
    "tidemark.yaml": daemonText.replace(
      "{ page: [console], ticket: [console] }",
      "{ ticket: [console] }",
    ),
    "orders.product.yaml": ordersText
      .replace("tier: gold", "tier: silver")
      .replace("window: 30d", "window: 30d\n    alert: page"),
  });

  const { problems } = await new ConfigurationLoader(registries, {}, clock).load(folder.daemon);

  expect(problems.map(({ message }) => message)).toEqual([
    "the team `checkout` has no `page` target, and `orders` can raise a page",
  ]);
});

test("names of JavaScript's own objects are ordinary names", async () => {
  using folder = new MeshFolder({
    "tidemark.yaml": daemonText,
    "orders.product.yaml": ordersText
      .replaceAll("orders:", "constructor:")
      .replace("[orders.fresh]", "[constructor.fresh]"),
  });

  expect([...(await meshIn(folder)).checks.keys()]).toEqual(["orders/constructor/fresh"]);
});

test("a reload parses only what changed", async () => {
  using folder = wholeFolder();
  const loader = new ConfigurationLoader(registries, wholeEnv, clock);

  const first = await loader.load(folder.daemon);
  const same = await loader.load(folder.daemon);
  writeFileSync(
    folder.at("products/pay/payments.product.yaml"),
    wholePayments.replace("min: 1", "min: 2"),
  );
  const changed = await loader.load(folder.daemon);

  // tidemark.yaml is always read anew: what its references stand for may have changed.
  expect([first.parsedFiles, same.parsedFiles, changed.parsedFiles]).toEqual([3, 1, 2]);
  expect(same.mesh).toEqual(first.mesh);
  expect(changed.mesh?.checks.get("payments/refunds/enough")?.params).toMatchObject({ min: 2 });
});

test("the files come back as they stood, unexpanded, and load again from what was kept", async () => {
  using folder = wholeFolder();
  const loader = new ConfigurationLoader(registries, wholeEnv, clock);
  const loaded = await loader.load(folder.daemon);

  const again = await new ConfigurationLoader(registries, wholeEnv, clock).loadFiles(
    folder.daemon,
    loaded.files,
  );

  expect(loaded.files).toEqual([
    { path: "tidemark.yaml", text: wholeDaemon },
    { path: "products/orders.product.yaml", text: wholeOrders },
    { path: "products/pay/payments.product.yaml", text: wholePayments },
  ]);
  expect(again.mesh).toEqual(loaded.mesh);
});
