/** One step of the schema. A version that was released is never changed: a later one mends it. */
export interface Migration {
  /** Counts from 1 without gaps; kept in the file as `PRAGMA user_version`. */
  readonly version: number;
  readonly sql: string;
}
