import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { TidemarkError } from "../core/errors.ts";
import { configurationSchemas } from "./schemas.ts";

/**
 * Writes a mesh that works as it stands: one product over a CSV file, watched through DuckDB. Returns the
 * files written, relative to `dir`. Throws `TM_INIT_EXISTS` before it writes anything over.
 */
export async function writeNewMesh(dir: string, nowMs: number): Promise<readonly string[]> {
  const schemas = configurationSchemas();
  const files: Readonly<Record<string, string>> = {
    "tidemark.yaml": daemonFile,
    "products/orders.product.yaml": productFile,
    "data/orders.csv": sampleRows(nowMs),
    "schemas/tidemark.schema.json": `${JSON.stringify(schemas.daemon, null, 2)}\n`,
    "schemas/product.schema.json": `${JSON.stringify(schemas.product, null, 2)}\n`,
    ".gitignore": ".tidemark/\n",
  };
  const paths = Object.keys(files);
  const taken = paths.filter((path) => existsSync(join(dir, path)));
  if (taken.length > 0) {
    throw new TidemarkError("TM_INIT_EXISTS", `${dir} already has ${taken.join(", ")}`);
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return paths;
}

const daemonFile = `# yaml-language-server: $schema=./schemas/tidemark.schema.json
version: 1
products: ["products/**/*.product.yaml"]

connections:
  files: { type: duckdb }

teams:
  shop:
    display_name: Shop data
    notify:
      page: [console]
      ticket: [console]

notifiers:
  console: { type: console }

http: { listen: "127.0.0.1:9464" }
`;

const productFile = `# yaml-language-server: $schema=../schemas/product.schema.json
version: 1
product: orders
domain: sales
description: One row per confirmed order.
tier: silver
owner: shop
links: { runbook: https://example.com/runbooks/orders }

datasets:
  orders:
    connection: files
    files: ../data/orders.csv
    schedule: { every: 1m }
    columns:
      order_id: { type: bigint, description: Surrogate key. }
      amount: { type: double }
      loaded_at: { type: timestamp, description: "When the row was loaded, in UTC." }
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1d }
      enough: { type: volume, min: 10 }
      shape: { type: schema, new_columns: warn }

slos:
  whole:
    description: Orders are fresh, complete and of the promised shape.
    objective: 99%
    window: 7d
    checks: [orders.fresh, orders.enough, orders.shape]
`;

/** Twelve orders, one every five minutes up to now, so that every promise is kept at first. */
function sampleRows(nowMs: number): string {
  const rows = Array.from({ length: 12 }, (_, index) => {
    const loadedAt = new Date(nowMs - (11 - index) * 300_000).toISOString();
    return `${index + 1},${(19.9 + index * 3.5).toFixed(2)},${loadedAt.slice(0, 19)}`;
  });
  return `order_id,amount,loaded_at\n${rows.join("\n")}\n`;
}
