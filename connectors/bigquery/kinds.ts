import { createHash } from "node:crypto";
import { ConnectorError } from "../../src/core/connector.ts";

/** A daemon has some per dataset. */
const rememberedShapes = 2_000;

/** Statements that are known to only read, by their shape, with the location where that was seen. */
export class KnownSelects {
  readonly #locations = new Map<string, string | null>();

  /** Undefined of a shape that is not known; null where BigQuery did not say. */
  locationOf(sql: string): string | null | undefined {
    return this.#locations.get(shapeOf(sql));
  }

  add(sql: string, location: string | null): void {
    const [oldest] = this.#locations.keys();
    if (oldest !== undefined && this.#locations.size >= rememberedShapes) {
      this.#locations.delete(oldest);
    }
    this.#locations.set(shapeOf(sql), location);
  }
}

/**
 * What two statements of the same form have in common: which digits stand in them never decides what kind of statement
 * they are, since one digit ends a word, a text or a remark as little as another.
 */
export function shapeOf(sql: string): string {
  return createHash("sha256").update(sql.replaceAll(/[0-9]/g, "0")).digest("base64");
}

/** Throws `ConnectorError` for whatever could change something, or is not one statement. */
export function refuseUnlessSelect(statementType: string): void {
  if (statementType === "SELECT") {
    return;
  }
  throw new ConnectorError(
    statementType === "SCRIPT" || statementType === ""
      ? {
          kind: "invalid_query",
          message: "The query is not one SELECT statement.",
          hint: "Only a single SELECT is run. `tidemark plan` prints the query.",
        }
      : {
          kind: "permission",
          message: "The statement would change something, and Tidemark only reads.",
          hint: "Use a query that only reads.",
        },
  );
}
