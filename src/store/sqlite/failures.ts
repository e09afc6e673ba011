import { type ErrorCode, errorCodes, TidemarkError } from "../../core/errors.ts";

interface Meaning {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html) in our own words. */
const meanings: ReadonlyMap<number, Meaning> = new Map([
  [3, { code: "TM_STORE_UNAVAILABLE", message: "the file may not be read or written" }],
  [5, { code: "TM_STORE_LOCKED", message: "another process holds its lock" }],
  [6, { code: "TM_STORE_LOCKED", message: "another connection holds its lock" }],
  [8, { code: "TM_STORE_UNAVAILABLE", message: "it is read-only" }],
  [
    10,
    {
      code: "TM_STORE_UNAVAILABLE",
      message: "its disk reports an error",
      hint: "Look at the system's log for the disk that holds the store.",
    },
  ],
  [11, { code: "TM_STORE_CORRUPT", message: "the file is damaged" }],
  [13, { code: "TM_STORE_UNAVAILABLE", message: "its disk is full", hint: "Free some space." }],
  [
    14,
    {
      code: "TM_STORE_UNAVAILABLE",
      message: "the file cannot be opened",
      hint: "Check the path and the permissions of its folder: SQLite keeps two files beside the store.",
    },
  ],
  [26, { code: "TM_STORE_CORRUPT", message: "the file is not a SQLite database" }],
]);

/** The primary result code of an error of `node:sqlite`, or null for any other. */
export function resultCodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") {
    return null;
  }
  // The low byte is the primary code, the rest refines it.
  return error.errcode & 0xff;
}

/** Puts a fault of SQLite in our words; the driver's own text stays in `cause`. */
export function storeError(error: unknown, path: string): TidemarkError {
  if (error instanceof TidemarkError) {
    return error;
  }
  const meaning = meanings.get(resultCodeOf(error) ?? -1);
  if (meaning === undefined) {
    return new TidemarkError("TM_INTERNAL", `The store ${path} refused a statement.`, {
      cause: error,
    });
  }
  return new TidemarkError(meaning.code, `The store ${path} cannot be used: ${meaning.message}.`, {
    hint: meaning.hint ?? errorCodes[meaning.code].remedy,
    cause: error,
  });
}
