import type { PostgresServer } from "../../test/helpers/postgres.ts";

/** Stands in a row, so that it may be looked for in everything that is printed. */
export const rowValue = "row-value-that-stays-in-the-warehouse";

export const reader = { user: "reader", password: "pw-of-reader-8d1e77", database: "postgres" };

/** Tables with which every outcome comes about. The role `reader` may read all but `payroll`. */
export async function createTables({ admin }: PostgresServer): Promise<void> {
  await admin.query(`
    CREATE ROLE ${reader.user} LOGIN PASSWORD '${reader.password}';
    CREATE SCHEMA shop;
    GRANT USAGE ON SCHEMA shop TO ${reader.user};
    ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO ${reader.user};
    CREATE TABLE shop.orders AS
      SELECT i::bigint AS order_id, '${rowValue}'::text AS note,
        now() - i * interval '1 minute' AS loaded_at
      FROM generate_series(1, 100) AS i;
    CREATE TABLE shop.refunds AS
      SELECT i::bigint AS refund_id, now() - interval '3 days' AS loaded_at
      FROM generate_series(1, 10) AS i;
    CREATE VIEW shop.slow AS
      SELECT order_id, loaded_at FROM shop.orders CROSS JOIN pg_sleep(60);
    CREATE TABLE shop.payroll (employee_id bigint, loaded_at timestamptz);
    REVOKE SELECT ON shop.payroll FROM ${reader.user};
  `);
}

const daemonFile = `version: 1
products: ["products/*.product.yaml"]
connections:
  dwh: { type: postgres, url: "\${env:DWH_URL}", statement_timeout: 2s }
  patient: { type: postgres, url: "\${env:DWH_URL}", statement_timeout: 5m }
  wrong_password: { type: postgres, url: "\${env:WRONG_PASSWORD_URL}" }
  nobody_there: { type: postgres, url: "\${env:NOBODY_THERE_URL}" }
teams: { shop: {} }
`;

const healthy = `version: 1
product: healthy
owner: shop
datasets:
  orders:
    connection: dwh
    table: shop.orders
    columns:
      order_id: { type: int8 }
      note: { type: text }
      loaded_at: { type: timestamptz }
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1d }
      enough: { type: volume, min: 100 }
      plenty: { type: volume, warn: { min: 1000 }, fail: { min: 100 } }
      shape: { type: schema, new_columns: fail }
`;

const broken = `version: 1
product: broken
owner: shop
datasets:
  refunds:
    connection: dwh
    table: shop.refunds
    columns:
      refund_id: { type: integer }
      loaded_at: { type: timestamptz }
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1d }
      enough: { type: volume, min: 1000 }
      shape: { type: schema }
  gone:
    connection: dwh
    table: shop.gone
    columns: { order_id: { type: bigint } }
    checks:
      shape: { type: schema }
`;

const unmeasured = `version: 1
product: unmeasured
owner: shop
datasets:
  payroll:
    connection: dwh
    table: shop.payroll
    checks:
      no_grant: { type: freshness, column: loaded_at, max_age: 1d }
  slow:
    connection: dwh
    table: shop.slow
    checks:
      over_its_timeout: { type: volume, min: 1 }
  gone:
    connection: dwh
    table: shop.gone
    checks:
      no_table: { type: volume, min: 1 }
  elsewhere:
    connection: wrong_password
    table: shop.orders
    checks:
      wrong_password: { type: volume, min: 1 }
  nowhere:
    connection: nobody_there
    table: shop.orders
    checks:
      unreachable: { type: volume, min: 1 }
`;

const neighbours = `version: 1
product: neighbours
owner: shop
datasets:
  orders:
    connection: dwh
    table: shop.orders
    columns: { order_id: { type: bigint } }
    checks:
      no_column: { type: freshness, column: loded_at, max_age: 1d }
      fresh: { type: freshness, column: loaded_at, max_age: 1d }
      enough: { type: volume, min: 100 }
      shape: { type: schema }
`;

const patient = `version: 1
product: patient
owner: shop
datasets:
  slow:
    connection: patient
    table: shop.slow
    checks:
      enough: { type: volume, min: 1 }
`;

export const files = {
  "tidemark.yaml": daemonFile,
  "products/healthy.product.yaml": healthy,
  "products/broken.product.yaml": broken,
  "products/unmeasured.product.yaml": unmeasured,
  "products/neighbours.product.yaml": neighbours,
  "products/patient.product.yaml": patient,
};

/** Everything of the mesh that ends by itself: `patient` waits a minute. */
export const allButPatient = ["healthy", "broken", "unmeasured", "neighbours"];

/** What is expected of each check: its outcome and, where there is no measurement, why. */
export const expected: Readonly<Record<string, string>> = {
  "healthy/orders/fresh": "pass",
  "healthy/orders/enough": "pass",
  "healthy/orders/plenty": "warn",
  "healthy/orders/shape": "pass",
  "broken/refunds/fresh": "fail",
  "broken/refunds/enough": "fail",
  "broken/refunds/shape": "fail",
  "broken/gone/shape": "fail",
  "unmeasured/payroll/no_grant": "error permission",
  "unmeasured/slow/over_its_timeout": "error timeout",
  "unmeasured/gone/no_table": "error not_found",
  "unmeasured/elsewhere/wrong_password": "error auth",
  "unmeasured/nowhere/unreachable": "error unreachable",
  "neighbours/orders/no_column": "error invalid_query",
  "neighbours/orders/fresh": "pass",
  "neighbours/orders/enough": "pass",
  "neighbours/orders/shape": "pass",
};

/** A product file with three slips, each found at its place. */
export const slips = `version: 1
product: slips
owner: shopp
datasets:
  orders:
    connection: dwh
    table: shop.orders
    schedule: { cron: "0 6 30 2 *" }
    checks:
      enough: { type: volume, mn: 100 }
`;
