import { duckdb } from "../../../connectors/duckdb/index.ts";
import {
  type Capabilities,
  ConnectorError,
  type ConnectorSpec,
} from "../../../src/core/connector.ts";

/** What the warehouse answers when it is asked for a number of rows. */
export type Answer = "many" | "few" | "down" | "capped";

/** What a scripted warehouse is like, where it is not like DuckDB. */
interface Likeness {
  readonly capabilities?: Partial<Capabilities>;
  /** What each statement scans, and is told to have scanned; null: it does not tell. */
  readonly bytesPerStatement?: number | null;
  /** What a dry run says that a statement would scan; without it there is none. */
  readonly estimatedBytes?: number;
}

/**
 * A warehouse that answers at once and as told, for tests that probe thousands of times: every dataset has ten
 * rows, one, or cannot be reached. It is declared and spoken to as DuckDB is.
 */
export class ScriptedWarehouse {
  /** By dataset id; `many` where nothing is said. */
  readonly answers = new Map<string, Answer>();
  /** The datasets that statements were sent for, in order. */
  readonly asked: string[] = [];
  /** Called when a statement arrives. */
  onAsked: () => void = () => {};
  readonly #likeness: Likeness;

  constructor(likeness: Likeness = {}) {
    this.#likeness = likeness;
  }

  specs(): ReadonlyMap<string, ConnectorSpec> {
    const { capabilities, bytesPerStatement = null, estimatedBytes } = this.#likeness;
    const spec: ConnectorSpec = {
      ...duckdb,
      capabilities: { ...duckdb.capabilities, ...capabilities },
      create: () => ({
        query: async (sql, { label }) => {
          const dataset = label.split(" ")[0] ?? "";
          this.asked.push(dataset);
          this.onAsked();
          const answer = this.answers.get(dataset) ?? "many";
          if (answer === "down") {
            throw new ConnectorError({ kind: "unreachable", message: "The warehouse is down." });
          }
          if (answer === "capped") {
            const message = "The query would be billed for too much.";
            throw new ConnectorError({ kind: "budget", message, code: "bytesBilledLimitExceeded" });
          }
          const rows = answer === "many" ? 10n : 1n;
          // One for each dataset that a statement asks for.
          const values = sql.match(/\bp\d+\.m\d+/gu)?.map(() => rows) ?? [rows];
          return {
            columns: values.map((_, at) => `m${at}`),
            rows: [values],
            isTruncated: false,
            ...(bytesPerStatement === null ? {} : { bytesScanned: bytesPerStatement }),
          };
        },
        describe: async () => [],
        ...(estimatedBytes === undefined
          ? {}
          : { estimate: async () => ({ bytes: estimatedBytes }) }),
        testConnection: async () => [],
        [Symbol.asyncDispose]: async () => {},
      }),
    };
    return new Map([["duckdb", spec]]);
  }
}
