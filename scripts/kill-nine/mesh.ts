import type { TemporaryFolder } from "../../test/helpers/folder.ts";

export const channel = { id: "C0000000001", name: "data-oncall" };
const mailbox = "oncall@example.com";

export interface Addresses {
  readonly slackApi: string;
  readonly smtp: string;
  readonly webhook: string;
}

export function daemonFile({ slackApi, smtp, webhook }: Addresses): string {
  return `version: 1
products: ["products/*.product.yaml"]
store: { type: sqlite, path: state.db }
connections: { files: { type: duckdb } }
teams:
  shop:
    display_name: Shop data
    notify: { page: ["slack:#${channel.name}", "email:${mailbox}", hook] }
notifiers:
  slack: { type: slack, token: xoxb-1-counterpart, api_url: "${slackApi}" }
  email: { type: email, url: "${smtp}", from: "Tidemark <tidemark@example.com>" }
  hook: { type: webhook, url: "${webhook}", allow_private_addresses: true }
http: { listen: "127.0.0.1:0" }
`;
}

/** What payments promise. */
export const maxAgeMs = 3_600_000;

/** `slow` keeps its promise and takes its time, so that many a kill finds it at work. */
export const productFiles = {
  "products/orders.product.yaml": `version: 1
product: orders
tier: gold
owner: shop
datasets:
  orders:
    connection: files
    files: ../data/orders.csv
    schedule: { every: 1s }
    checks:
      enough: { type: volume, min: 5 }
slos:
  enough: { objective: 90%, window: 1d, checks: [orders.enough] }
`,
  "products/payments.product.yaml": `version: 1
product: payments
tier: gold
owner: shop
datasets:
  payments:
    connection: files
    files: ../data/payments.csv
    schedule: { every: 1s }
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1h }
slos:
  fresh: { objective: 90%, window: 1d, checks: [payments.fresh] }
`,
  "products/slow.product.yaml": `version: 1
product: slow
tier: gold
owner: shop
datasets:
  slow:
    connection: files
    query: SELECT i FROM range(20000000) AS t(i) WHERE hash(i) % 7 = 0
    schedule: { every: 2s }
    checks:
      enough: { type: volume, min: 1 }
`,
};

/** The checks whose promises break, each the only one of its cause. */
export const breaking = ["orders/orders/enough", "payments/payments/fresh"] as const;
export type Breaking = (typeof breaking)[number];

/** Writes the data with which the promise is kept, or broken. */
export async function putData(
  folder: TemporaryFolder,
  checkId: Breaking,
  isKept: boolean,
): Promise<void> {
  const dayMs = 86_400_000;
  const loadedMs = Date.now() - (checkId === "payments/payments/fresh" && !isKept ? dayMs : 0);
  const loadedAt = new Date(loadedMs).toISOString().slice(0, 19);
  const count = checkId === "orders/orders/enough" && !isKept ? 2 : 8;
  const rows = Array.from({ length: count }, (_, index) => `${index + 1},${loadedAt}`);
  const path = checkId === "orders/orders/enough" ? "data/orders.csv" : "data/payments.csv";
  await folder.write({ [path]: `id,loaded_at\n${rows.join("\n")}\n` });
}

/** Lets the promises break and heal, each a few seconds long, until it is disposed of; then both are kept. */
export class Tides implements AsyncDisposable {
  readonly #folder: TemporaryFolder;
  readonly #chance: () => number;
  readonly #stop = new AbortController();
  readonly #going: Promise<unknown>;
  turns = 0;

  constructor(folder: TemporaryFolder, chance: () => number) {
    this.#folder = folder;
    this.#chance = chance;
    this.#going = Promise.all(breaking.map((checkId) => this.#alternate(checkId)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#going;
  }

  async #alternate(checkId: Breaking): Promise<void> {
    for (let isKept = false; !this.#stop.signal.aborted; isKept = !isKept) {
      await putData(this.#folder, checkId, isKept);
      this.turns += 1;
      await this.#wait(3_000 + this.#chance() * 3_000);
    }
    await putData(this.#folder, checkId, true);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#stop.signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#stop.signal.addEventListener("abort", done);
    });
  }
}
