import type { DurationMs, EpochMs } from "./vocabulary.ts";

/** What one call of a warehouse cost one product. */
export interface CallCost {
  /** Empty where it was for none. */
  readonly product: string;
  /** Null where the warehouse does not tell. */
  readonly bytes: number | null;
  readonly busyMs: DurationMs;
}

/**
 * What looking cost on one UTC day, through one connection, for one product. `product` is empty for what was asked for
 * no product. Bytes that a warehouse does not tell are unknown: they are not in `bytes`, and the statements that they
 * belong to are in `statements` and not in `toldStatements`.
 */
export interface DailyCost {
  readonly connection: string;
  readonly product: string;
  /** The midnight, in UTC, that the day begins with. */
  readonly dayMs: EpochMs;
  /**
   * Statements over data, those that failed or were cancelled included; reads of metadata are among them where they
   * scanned something. One that was sent for several products is counted for each.
   */
  readonly statements: number;
  readonly toldStatements: number;
  /** Of the `toldStatements`. */
  readonly bytes: number;
  /** How long all of it, reads of metadata included, kept the warehouse busy. */
  readonly busyMs: DurationMs;
}

/** What looking cost over several days. */
export interface CostSum {
  readonly statements: number;
  /** Those of them whose bytes the warehouse told. */
  readonly toldStatements: number;
  /** Of the `toldStatements`; null where there is none, for then nothing is known. */
  readonly bytes: number | null;
  readonly busyMs: DurationMs;
}

/** Whose bytes a budget bounds. */
export type BudgetScope = "connection" | "product";

/** What may be scanned on one UTC day through a connection, or for a product. */
export interface ByteBudget {
  readonly scope: BudgetScope;
  readonly name: string;
  readonly maxBytesPerDay: number;
}
