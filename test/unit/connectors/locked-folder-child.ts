/** Counts the rows of a glob without the rights to list its folder, and prints the kind of failure. */
import { duckdb } from "../../../connectors/duckdb/index.ts";
import { duckdbConnector, kindOf, queryOptions } from "../../helpers/duckdb.ts";
import { becomePowerless } from "../../helpers/powerless.ts";

const source = { kind: "files", globs: [process.argv[2] ?? ""] } as const;
const connector = duckdbConnector({ threads: 1 }, [{ id: "lake/locked", source }]);
// DuckDB is loaded and opened by a first query, since without rights it could not be found any more.
await connector.query("select 1", queryOptions());
becomePowerless();
const sql = `select count(*) from ${duckdb.dialect.relation(source)}`;
process.stdout.write(await kindOf(connector.query(sql, queryOptions())));
await connector[Symbol.asyncDispose]();
