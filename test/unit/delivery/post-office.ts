import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { vi } from "vitest";
import type { Notice } from "../../../src/core/incident.ts";
import type { LogFields, Logger } from "../../../src/core/logger.ts";
import type { DeliverOptions, DeliveryResult, Notifier } from "../../../src/core/notifier.ts";
import type { Store } from "../../../src/core/store.ts";
import { OutboxPump, type OutboxPumpOptions } from "../../../src/delivery/pump.ts";
import { openSqliteStore } from "../../../src/store/sqlite/store.ts";
import { t0 } from "../../contract/store-things.ts";

export const sent: DeliveryResult = { delivered: true };
export const unreachable: DeliveryResult = {
  delivered: false,
  isRetryable: true,
  reason: "unreachable",
};

type Answer = (notice: Notice, options: DeliverOptions) => DeliveryResult | Promise<DeliveryResult>;

/** A notifier that answers as it is told, and remembers what it was asked. */
export class ToldNotifier implements Notifier {
  readonly asked: { readonly noticeId: string; readonly options: DeliverOptions }[] = [];
  answer: Answer;
  underWay = 0;
  mostUnderWay = 0;

  constructor(answer: Answer) {
    this.answer = answer;
  }

  get noticeIds(): readonly string[] {
    return this.asked.map(({ noticeId }) => noticeId);
  }

  async deliver(notice: Notice, options: DeliverOptions): Promise<DeliveryResult> {
    this.asked.push({ noticeId: notice.id, options });
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    try {
      return await this.answer(notice, options);
    } finally {
      this.underWay -= 1;
    }
  }

  async test(): Promise<readonly []> {
    return [];
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Answers when its signal is raised, as a channel does that accepts a connection and says nothing. */
export function silent(_notice: Notice, { signal }: DeliverOptions): Promise<DeliveryResult> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => {
      resolve({ delivered: false, isRetryable: true, reason: "timeout" });
    });
  });
}

/** A real store, a clock that stands still until it is moved, and whatever was counted and logged. */
export class PostOffice implements AsyncDisposable {
  readonly store: Store;
  readonly notifiers = new Map<string, Notifier>();
  readonly attempts: string[] = [];
  readonly logged: { readonly level: string; readonly fields: LogFields; readonly text: string }[] =
    [];
  nowMs = t0;
  readonly #folder: string;

  private constructor(store: Store, folder: string) {
    this.store = store;
    this.#folder = folder;
  }

  static async open(): Promise<PostOffice> {
    const folder = await mkdtemp(join(tmpdir(), "tidemark-outbox-"));
    const options = { access: "serve", logger: loggerTo(() => {}) } as const;
    return new PostOffice(await openSqliteStore(join(folder, "state.db"), options), folder);
  }

  pump(options: Partial<OutboxPumpOptions> = {}): OutboxPump {
    return new OutboxPump({
      outbox: this.store.outbox,
      notifiers: () => this.notifiers,
      clock: { now: () => this.nowMs, monotonicMs: () => this.nowMs },
      logger: loggerTo((level, fields, text) => this.logged.push({ level, fields, text })),
      timeoutMs: 10_000,
      onAttempt: (notifier, result) => this.attempts.push(`${notifier} ${result}`),
      random: () => 0.5,
      ...options,
    });
  }

  /** Pumps, and waits until every channel is idle. */
  async pumped(pump: OutboxPump): Promise<void> {
    await pump.pump();
    await vi.waitUntil(() => pump.isIdle, { timeout: 5_000, interval: 1 });
  }

  /** `<notice> <state>` of each row of the ledger, with the reason if there is one. */
  async ledger(): Promise<readonly string[]> {
    const rows = await this.store.outbox.list(100);
    return rows.map(({ notice, state, reason }) =>
      [notice.id, state, ...(reason === null ? [] : [reason])].join(" "),
    );
  }

  /** From here on the store refuses to write a delivery's verdict down, until `mend` is called. */
  break(): { mend(): void } {
    const path = join(this.#folder, "state.db");
    execute(
      path,
      `CREATE TRIGGER refusal BEFORE UPDATE ON deliveries
       BEGIN SELECT RAISE(ABORT, 'refused for a test'); END`,
    );
    return { mend: () => execute(path, "DROP TRIGGER refusal") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true });
  }
}

function execute(path: string, sql: string): void {
  using db = new DatabaseSync(path);
  db.exec(sql);
}

function loggerTo(write: (level: string, fields: LogFields, text: string) => void): Logger {
  const level = (name: string) => (fields: LogFields, text: string) => {
    write(name, fields, text);
  };
  return {
    debug: level("debug"),
    info: level("info"),
    warn: level("warn"),
    error: level("error"),
    child: () => loggerTo(write),
  };
}
