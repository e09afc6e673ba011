/** A mesh with one check on a connection. */
function meshOf(connection: string, table: string): Readonly<Record<string, string>> {
  return {
    "tidemark.yaml": `version: 1
products: ["*.product.yaml"]
connections:
  dwh: ${connection}
teams: { shop: { notify: { ticket: [console] } } }
notifiers: { console: { type: console } }
`,
    "orders.product.yaml": `version: 1
product: orders
owner: shop
datasets:
  orders: { connection: dwh, table: ${table}, checks: { enough: { type: volume, min: 1 } } }
`,
  };
}

export const bigqueryMesh = meshOf("{ type: bigquery, project: acme }", "sales.orders");

export const snowflakeMesh = meshOf(
  "{ type: snowflake, account: acme-prod, user: TIDEMARK, password: never-sent }",
  "sales.orders",
);

/** Nobody listens on the port: the driver is loaded, and does not reach the server. */
export function postgresMesh(port: number): Readonly<Record<string, string>> {
  return meshOf(`{ type: postgres, host: 127.0.0.1, port: ${port}, user: reader }`, "sales.orders");
}
