import { resolve } from "node:path";
import type { ConnectorSpec } from "../../src/core/connector.ts";
import { config, type DuckdbConfig } from "./config.ts";
import { dialect } from "./dialect.ts";
import { DuckdbConnector } from "./driver.ts";
import { fieldsOfFiles } from "./statistics.ts";
import { testedAgainst } from "./tested.ts";

export const duckdb: ConnectorSpec<DuckdbConfig> = {
  type: "duckdb",
  config,
  dialect,
  capabilities: {
    sources: ["table", "files", "query"],
    isColumnar: true,
    hasServerTimeout: false,
    // There are no grants inside of a database file: what cannot be seen is not there.
    tellsAbsentFromForbidden: true,
    catalogueHasNullability: true,
    billsWakeTime: false,
    statistics: ["rows"],
    estimatesBytes: false,
    reportsBytes: false,
  },
  statisticsOf: (source) =>
    source.kind === "table" ? ["rows"] : source.kind === "files" ? fieldsOfFiles(source.globs) : [],
  testedAgainst,
  create: ({ path, memory_limit: memoryLimit, threads }, context) =>
    new DuckdbConnector(
      {
        path: path === undefined ? null : resolve(context.baseDir, path),
        memoryLimit,
        threads,
      },
      context,
    ),
};
