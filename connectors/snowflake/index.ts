import {
  type CallOptions,
  type Capabilities,
  type Connector,
  type ConnectorContext,
  ConnectorError,
  type ConnectorSpec,
} from "../../src/core/connector.ts";
import { describeDatasets } from "./catalogue.ts";
import { config, readSettings, type SnowflakeConfig } from "./config.ts";
import { dialect } from "./dialect.ts";
import { SnowflakeDriver } from "./driver.ts";
import { refuseUnlessQuery } from "./guard.ts";
import { spelledOf } from "./names.ts";
import { testStages } from "./stages.ts";
import { statisticsOf } from "./statistics.ts";
import { testedAgainst } from "./tested.ts";
import { withoutEnd } from "./tokens.ts";

const capabilities: Capabilities = {
  sources: ["table", "query"],
  isColumnar: true,
  hasServerTimeout: true,
  // "does not exist or not authorized" is one message, and the listings leave out what the role may not see.
  tellsAbsentFromForbidden: false,
  catalogueHasNullability: true,
  billsWakeTime: true,
  statistics: ["rows", "bytes", "lastChange"],
  estimatesBytes: false,
  reportsBytes: false,
};

/** Snowflake. */
export const snowflake: ConnectorSpec<SnowflakeConfig> = {
  type: "snowflake",
  config,
  capabilities,
  dialect,
  testedAgainst,
  create,
};

function create(given: SnowflakeConfig, context: ConnectorContext): Connector {
  const settings = readSettings(given, context.baseDir);
  if ("problem" in settings) {
    throw new ConnectorError({ kind: "internal", message: settings.problem });
  }
  const { clock } = context;
  const driver = new SnowflakeDriver(settings);
  return {
    testConnection: (options) => testStages(driver, settings, options, context),

    query: async (sql, { maxRows, ...options }) => {
      refuseUnlessQuery(sql);
      // A remark behind a semicolon would be a second, empty statement; few statements have one, and they may be long.
      const text = sql.includes(";") ? withoutEnd(sql) : sql;
      const { fields, rows, isTruncated } = await driver.call(options, (ask) =>
        ask({ text, maxRows }),
      );
      return { columns: fields.map(({ name }) => spelledOf(name)), rows, isTruncated };
    },

    describe: (datasets, options: CallOptions) =>
      driver.call(options, (ask) => describeDatasets(ask, datasets, clock)),

    statistics: (datasets, options: CallOptions) =>
      driver.call(options, (ask) => statisticsOf(ask, datasets, clock)),

    [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
  };
}
