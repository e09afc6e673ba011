import { ConnectorError } from "../../src/core/connector.ts";
import type { Answer } from "./statement.ts";

/** The text of a row's column by name, as SHOW and INFORMATION_SCHEMA call it; empty for NULL. */
export type ListedRow = (column: string) => string;

export interface Listing {
  readonly rows: readonly ListedRow[];
}

/** Columns are found by name: Snowflake adds others to SHOW from time to time. */
export function listingOf({ fields, rows }: Answer): Listing {
  const places = new Map(fields.map(({ name }, place) => [name.toLowerCase(), place]));
  return {
    rows: rows.map((row) => (column) => {
      const place = places.get(column);
      if (place === undefined) {
        const message = "A listing of Snowflake's lacks a column that it is documented to have.";
        throw new ConnectorError({ kind: "internal", message });
      }
      const value = row[place];
      return value === null || value === undefined || typeof value === "object"
        ? ""
        : String(value);
    }),
  };
}
