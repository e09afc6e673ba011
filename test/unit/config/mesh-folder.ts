import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder of files for one test, removed with `using`. */
export class MeshFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "tidemark-config-"));

  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(files)) {
      this.write(path, text);
    }
  }

  get daemon(): string {
    return this.at("tidemark.yaml");
  }

  at(path: string): string {
    return join(this.path, path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export const daemonText = `version: 1
products: ["**/*.product.yaml"]
connections:
  dwh: { type: postgres, url: "postgres://watch@localhost/dwh" }
teams:
  checkout:
    notify: { page: [console], ticket: [console] }
notifiers:
  console: { type: console }
`;

export const ordersText = `version: 1
product: orders
owner: checkout
tier: gold
datasets:
  orders:
    table: analytics.orders
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1h }
slos:
  fresh:
    objective: 99.5%
    window: 30d
    checks: [orders.fresh]
`;
