import { ConnectorError } from "../../src/core/connector.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";
import { classify, type FailureRule } from "../_shared/failures.ts";

export const noFiles: MeasurementFailure = {
  kind: "not_found",
  message: "No file matches.",
  hint: "Check the globs of the dataset, and whether its files have arrived.",
};

/** The fixed beginnings of DuckDB 1.5's texts, without what stands in their quotes. The first that fits wins. */
const rules: readonly FailureRule[] = [
  { texts: ["IO Error: No files found"], ...noFiles },
  {
    texts: ["IO Error: Could not set lock"],
    kind: "unreachable",
    message: "Another process has the database file open for writing.",
    hint: "DuckDB lets nobody read meanwhile: let the writer close the file between its loads, or watch files that it exports.",
  },
  {
    codes: ["ENOENT"],
    texts: [
      'IO Error: Cannot open database "" in read-only mode: database does not exist',
      'IO Error: Cannot open file "": No such file',
    ],
    kind: "not_found",
    message: "A file does not exist, or went away while it was read.",
    hint: "Check `path` of the connection and the globs of the dataset.",
  },
  {
    codes: ["EACCES", "EPERM"],
    texts: ['IO Error: Cannot open file "": Permission denied'],
    kind: "permission",
    message: "A file may not be read.",
    hint: "Give the user that Tidemark runs as the right to read it.",
  },
  {
    texts: [
      'IO Error: The file "" exists, but it is not a valid DuckDB',
      'IO Error: Could not read from file ""',
      "IO Error: Input is not a GZIP stream",
      "Invalid Input Error: File '' too small",
      "Invalid Input Error: No magic bytes",
      "Invalid Input Error: Failed to read file",
      "Invalid Input Error: Malformed JSON",
      "Invalid Input Error: CSV Error",
      "Invalid Input Error: Error when sniffing file",
      "Invalid Error: TProtocolException",
    ],
    kind: "unreachable",
    message: "A file is not of the kind that it should be.",
    hint: "It may be damaged or half written: let writers rename files into place once they are whole.",
  },
  {
    codes: ["IO", "EIO", "ELOOP", "ENOTDIR", "ESTALE"],
    kind: "unreachable",
    message: "A file could not be read.",
    hint: "Check the disk or the network drive that it is on.",
  },
  {
    codes: ["Permission"],
    kind: "permission",
    message: "The query asks for what lies outside of the connection's fence.",
    hint: "It may read the database file and the files that datasets of this connection name, and change nothing.",
  },
  {
    texts: ['Invalid Input Error: Cannot execute statement of type "" on database ""'],
    kind: "permission",
    message: "The query would write, and Tidemark opens databases read-only.",
    hint: "Use a query that only reads.",
  },
  {
    texts: ["Catalog Error: Table with name", 'Binder Error: Catalog "" does not exist'],
    kind: "not_found",
    message: "A table, view or schema that the query names does not exist.",
    hint: "Check the dataset's `table`; a name without a schema is looked for in `main`.",
  },
  {
    texts: ['Binder Error: Referenced column "" not found'],
    kind: "invalid_query",
    message: "A column that the query names does not exist.",
    hint: "Check the check's `column` and the dataset's `filter`.",
  },
  {
    codes: ["OutofMemory"],
    kind: "resource",
    message: "The query needs more memory than the connection may use.",
    hint: "Raise `memory_limit` of the connection, or narrow the dataset with `filter`.",
  },
  {
    // A call that was stopped says why itself; this only keeps an interrupted DuckDB from counting as broken.
    codes: ["INTERRUPT"],
    kind: "cancelled",
    message: "The query was interrupted.",
  },
  {
    codes: ["Conversion", "OutofRange", "MismatchType"],
    kind: "invalid_query",
    message: "A value does not fit the type that it is read as.",
    hint: "Mend the value, or cast the column in a `query:` that allows for it.",
  },
  {
    codes: [
      "Parser",
      "Binder",
      "Catalog",
      "InvalidInput",
      "InvalidType",
      "Notimplemented",
      "ParameterNotAllowed",
    ],
    kind: "invalid_query",
    message: "DuckDB cannot run the query: a column, type, function or value in it does not fit.",
    hint: "Run the statement of `tidemark plan` by hand to see DuckDB's own words.",
  },
];

export const driverMissing: MeasurementFailure = {
  kind: "driver_missing",
  message: "The DuckDB driver is not installed, or does not run on this host.",
  hint: `Install it beside Tidemark: npm install @duckdb/node-api. Where optional dependencies are left out, so is its binary: install @duckdb/node-bindings-${process.platform}-${process.arch} of the same version.`,
};

/**
 * What is said of an error of DuckDB or of the file system, whose text goes no further than here. DuckDB has no error
 * codes: the text begins with the error's type, which serves as one, and goes on with names and values.
 */
export function toConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) {
    return error;
  }
  const text = textOf(error).replaceAll(/(["'])[^"']*\1/g, "$1$1");
  const type = /^([A-Za-z ]{1,40}) Error:/.exec(text)?.[1]?.replaceAll(" ", "");
  const code = type ?? errnoOf(error);
  return new ConnectorError(classify(rules, { code, text }), { cause: error });
}

export function hasNoFiles(error: unknown): boolean {
  return textOf(error).startsWith("IO Error: No files found");
}

export function isLocked(error: unknown): boolean {
  return textOf(error).startsWith("IO Error: Could not set lock");
}

function errnoOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : null;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : "";
}
