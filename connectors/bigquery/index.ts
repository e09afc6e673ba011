import {
  type CallOptions,
  type Capabilities,
  type Connector,
  type ConnectorContext,
  ConnectorError,
  type ConnectorSpec,
} from "../../src/core/connector.ts";
import { describeDatasets, type Reading, statisticsOf } from "./catalogue.ts";
import { type BigqueryConfig, config, readSettings } from "./config.ts";
import { dialect } from "./dialect.ts";
import { BigqueryDriver } from "./driver.ts";
import { refuseUnlessSelect } from "./kinds.ts";
import { Partitions } from "./partitions.ts";
import { testStages } from "./stages.ts";
import { Tables } from "./tables.ts";
import { testedAgainst } from "./tested.ts";

const capabilities: Capabilities = {
  sources: ["table", "query"],
  isColumnar: true,
  hasServerTimeout: true,
  // What is said to be absent is: a stranger to a dataset is told that all in it is forbidden.
  tellsAbsentFromForbidden: true,
  catalogueHasNullability: true,
  billsWakeTime: false,
  statistics: ["rows", "bytes", "lastChange"],
  estimatesBytes: true,
  reportsBytes: true,
};

/** Google BigQuery. */
export const bigquery: ConnectorSpec<BigqueryConfig> = {
  type: "bigquery",
  config,
  capabilities,
  dialect,
  testedAgainst,
  create,
};

function create(given: BigqueryConfig, context: ConnectorContext): Connector {
  const settings = readSettings(given, context.baseDir);
  if ("problem" in settings) {
    throw new ConnectorError({ kind: "internal", message: settings.problem });
  }
  const { clock, datasets } = context;
  const driver = new BigqueryDriver(settings, clock);
  const tables = new Tables(driver.rest, settings, clock);
  const partitions = new Partitions(driver, tables, context);
  const read = <T>(options: CallOptions, work: (reading: Reading) => Promise<T>): Promise<T> =>
    driver.bounded(options, (deadline) =>
      work({ driver, tables, partitions, clock, options, deadline }),
    );
  return {
    testConnection: (options) =>
      read(options, (reading) => testStages(reading, settings, datasets)),

    query: (sql, options) => driver.query(sql, options),

    describe: (asked, options) => read(options, (reading) => describeDatasets(reading, asked)),

    statistics: (asked, options) => read(options, (reading) => statisticsOf(reading, asked)),

    estimate: (sql, options) =>
      driver.bounded(options, async (deadline) => {
        const { statementType, bytes } = await driver.dryRun(sql, options, deadline);
        refuseUnlessSelect(statementType);
        if (bytes === null) {
          const message = "BigQuery does not say what the query would read.";
          throw new ConnectorError({ kind: "internal", message });
        }
        return { bytes };
      }),

    // Idle connections keep no process alive, and jobs are over when their calls are.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
