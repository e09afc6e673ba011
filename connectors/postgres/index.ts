import {
  type CallOptions,
  type Capabilities,
  type Connector,
  type ConnectorContext,
  ConnectorError,
  type ConnectorSpec,
  type DatasetRef,
} from "../../src/core/connector.ts";
import { describeDatasets } from "./catalogue.ts";
import { config, type PostgresConfig, readSettings } from "./config.ts";
import { dialect } from "./dialect.ts";
import { PostgresDriver } from "./driver.ts";
import { testStages } from "./stages.ts";
import { readStatistics } from "./statistics.ts";
import { testedAgainst } from "./tested.ts";

const capabilities: Capabilities = {
  sources: ["table", "query"],
  isColumnar: false,
  hasServerTimeout: true,
  tellsAbsentFromForbidden: true,
  catalogueHasNullability: true,
  billsWakeTime: false,
  statistics: ["rows", "bytes"],
  estimatesBytes: false,
  reportsBytes: false,
};

/** PostgreSQL, and servers that speak its protocol and have its catalogue. */
export const postgres: ConnectorSpec<PostgresConfig> = {
  type: "postgres",
  config,
  capabilities,
  dialect,
  testedAgainst,
  create,
};

function create(given: PostgresConfig, context: ConnectorContext): Connector {
  const settings = readSettings(given);
  if ("problem" in settings) {
    throw new ConnectorError({ kind: "internal", message: settings.problem });
  }
  const driver = new PostgresDriver(settings, context.maxConcurrency, context.clock);
  return {
    testConnection: (options) => testStages(settings, options, context),

    query: (sql, { maxRows, ...options }) =>
      driver.call(options, async (ask) => {
        const { fields, rows, isTruncated } = await ask({ text: sql, maxRows });
        return { columns: fields.map(({ name }) => name), rows, isTruncated };
      }),

    describe: (datasets: readonly DatasetRef[], options: CallOptions) =>
      driver.call(options, (ask) => describeDatasets(ask, datasets, context.clock)),

    statistics: (datasets: readonly DatasetRef[], options: CallOptions) =>
      driver.call(options, (ask) => readStatistics(ask, datasets, context.clock)),

    [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
  };
}
