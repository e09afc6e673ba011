/** Every connector. A new one is a folder and a line here. */
import type { ConnectorSpec } from "../src/core/connector.ts";
import { bigquery } from "./bigquery/index.ts";
import { duckdb } from "./duckdb/index.ts";
import { postgres } from "./postgres/index.ts";
import { snowflake } from "./snowflake/index.ts";

export const connectors: readonly ConnectorSpec[] = [bigquery, duckdb, postgres, snowflake];
