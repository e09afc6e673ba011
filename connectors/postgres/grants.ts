import type { DatasetRef } from "../../src/core/connector.ts";
import { dialect } from "./dialect.ts";

/**
 * Statements that an administrator runs so that `role` may read the tables of `datasets`, each once. A table without a
 * schema was found on the role's search path, so that its schema may be used already.
 */
export function grantsFor(datasets: readonly DatasetRef[], role: string): string {
  const quoted = (name: string): string => dialect.quoteIdentifier(name);
  const to = `TO ${quoted(role)};`;
  const statements = datasets.flatMap(({ source }) => {
    if (source.kind !== "table") {
      return [];
    }
    const [name = "", schema] = source.parts.toReversed();
    const table = [schema, name].filter((part) => part !== undefined).map(quoted);
    const usage = schema === undefined ? [] : [`GRANT USAGE ON SCHEMA ${quoted(schema)} ${to}`];
    return [...usage, `GRANT SELECT ON ${table.join(".")} ${to}`];
  });
  return [...new Set(statements)].join(" ");
}
