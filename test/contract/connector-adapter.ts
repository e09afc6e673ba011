import type {
  Capabilities,
  ConnectionStage,
  Connector,
  SqlDialect,
} from "../../src/core/connector.ts";
import type { SqlValue } from "../../src/core/value.ts";
import type { FailureKind } from "../../src/core/vocabulary.ts";

/** The kinds of columns that the suite tests; the warehouse's spelling comes from the adapter. */
export const columnKinds = [
  "integer",
  "decimal",
  "double",
  "text",
  "boolean",
  "instant",
  "local",
  "date",
] as const;
export type ColumnKind = (typeof columnKinds)[number];

/** `declared` is written into CREATE TABLE and CAST, `listed` is what the catalogue answers. */
export interface TypeSpelling {
  readonly declared: string;
  readonly listed: string;
}

/** The text that is cast to the column's type, and the value that must come back. */
export type ValueCase = readonly [text: string, expected: SqlValue];

/** What the suite needs to know of a connector before its warehouse runs. */
export interface ConnectorAdapter {
  readonly title: string;
  readonly capabilities: Capabilities;
  readonly dialect: SqlDialect;
  /** Parts before the name of every table that the suite makes, e.g. `["suite"]`. The schema exists after `start`. */
  readonly namespace: readonly string[];
  /** `integer` has 64 bits, `decimal` 38 digits with 10 behind the point. */
  readonly types: Readonly<Record<ColumnKind, TypeSpelling>>;
  /** Values beyond those of `canonicalValues` that this warehouse knows. */
  readonly values?: Partial<Readonly<Record<ColumnKind, readonly ValueCase[]>>>;
  /** False where times have no `infinity` and `-infinity`: the cases with one are then left out. */
  readonly hasInfiniteTimes?: false;
  /** False where a decimal comes without the zeros at its end, whatever scale was declared. */
  readonly padsDecimals?: false;
  /** False where two columns of an answer may not have one name: such a statement is then refused. */
  readonly repeatsNames?: false;
  /** False where no name has a dot, because in a column's name it leads to a field of a struct. */
  readonly hasDotsInNames?: false;
  /** A SELECT that runs for more than a minute unless something stops it. */
  readonly endlessQuery: string;
  /** A SELECT of the integers from 1 to `rows` in one column, in order, streamed rather than collected. */
  series(rows: number): string;
  /** Makes a partitioned table `(id, day)` with two rows in two partitions; left out where there is no such thing. */
  readonly partitionedTable?: (relation: string) => readonly string[];
  /** Statements that make the warehouse gather a table's statistics; left out where they are always there. */
  readonly analyse?: (relation: string) => readonly string[];
  /** SELECTs that would write if the session let them, e.g. `select nextval(…)`. */
  readonly sneakyWrites?: readonly string[];
  /** False where nothing that exists can be forbidden, so that whatever is not seen is absent. */
  readonly hasGrants?: false;
  /** Starts the warehouse, with nothing in `namespace`. */
  start(): Promise<ConnectorCounterpart>;
}

/** A running warehouse and connectors to it. Disposing of it leaves no process and no file behind. */
export interface ConnectorCounterpart extends AsyncDisposable {
  /**
   * A connector whose role may read, and by its grants also write, what is in the suite's namespace, so
   * that only the connector's own fences refuse a write. The suite disposes of it.
   */
  connect(options?: { readonly maxConcurrency?: number }): Connector;
  /** Runs one statement on an administrative connection, apart from every connector. */
  execute(sql: string): Promise<void>;
  /** How many statements of connectors the warehouse is executing now. An engine in this process may infer it. */
  runningStatements(): Promise<number>;
  /** Cuts every connection of every connector from the warehouse's side; does nothing where there is none. */
  cutConnections(): Promise<void>;
  /** A connector whose warehouse is not there until `arrive` has been called. */
  lateArrival(): Promise<{ readonly connector: Connector; arrive(): Promise<void> }>;
  /** Parts of a table that exists and that the role of `connect` may not read; may be asked more than once. Needed with `tellsAbsentFromForbidden` where there are grants. */
  forbiddenTable?(): Promise<readonly string[]>;
  /** Connectors that cannot work, the stage of `testConnection` at which that shows and the failure of a query. */
  badConnections(): readonly BadConnection[];
  /** Passwords and the like that stand in the configurations of the connectors. */
  readonly secrets: readonly string[];
}

export interface BadConnection {
  readonly title: string;
  readonly connector: Connector;
  readonly stage: ConnectionStage["name"];
  readonly kind: FailureKind;
}
