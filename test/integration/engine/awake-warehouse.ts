import { registries } from "../../../src/app/registries.ts";
import { ConnectorError, type ConnectorSpec } from "../../../src/core/connector.ts";
import type { FailureKind } from "../../../src/core/vocabulary.ts";

/** Real DuckDB that claims to bill the time that it is awake, unless told otherwise; it fails statements as told before it runs them. */
export class AwakeWarehouse {
  readonly statements: string[] = [];
  readonly labels: string[] = [];
  /** What becomes of a statement; null: it runs. */
  failure: (sql: string) => FailureKind | null = () => null;

  /** Statements wait for it before they run. */
  held: Promise<void> = Promise.resolve();
  readonly #billsWakeTime: boolean;

  constructor({ billsWakeTime = true } = {}) {
    this.#billsWakeTime = billsWakeTime;
  }

  specs(): ReadonlyMap<string, ConnectorSpec> {
    return new Map(
      [...registries.connectors].map(([type, spec]) => [
        type,
        {
          ...spec,
          capabilities: {
            ...spec.capabilities,
            billsWakeTime: this.#billsWakeTime,
            reportsBytes: false,
          },
          create: (config, context) => {
            const real = spec.create(config, context);
            let isClosed = false;
            return {
              testConnection: (options) => real.testConnection(options),
              describe: (datasets, options) => real.describe(datasets, options),
              query: async (sql, options) => {
                await this.held;
                if (isClosed) {
                  throw new Error("asked after it was closed");
                }
                this.statements.push(sql);
                this.labels.push(options.label);
                const kind = this.failure(sql);
                if (kind !== null) {
                  throw new ConnectorError({ kind, message: "As told." });
                }
                return real.query(sql, options);
              },
              [Symbol.asyncDispose]: () => {
                isClosed = true;
                return real[Symbol.asyncDispose]();
              },
            };
          },
        } satisfies ConnectorSpec,
      ]),
    );
  }
}
