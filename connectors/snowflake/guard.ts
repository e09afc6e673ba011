import { ConnectorError } from "../../src/core/connector.ts";
import { type Token, tokensOf, withoutSemicolons } from "./tokens.ts";

/**
 * Snowflake has no read-only sessions, so that a statement is looked at before it is sent: one SELECT (or WITH) passes,
 * and nothing in it that would change something. It is a fence against slips; the role's grants are the guard that holds.
 * Throws `ConnectorError`.
 */
export function refuseUnlessQuery(sql: string): void {
  if (sql.includes("\0")) {
    const message = "The statement holds a NUL character, which Snowflake cannot take.";
    throw new ConnectorError({ kind: "invalid_query", message });
  }
  const tokens = withoutSemicolons(tokensOf(sql));
  if (tokens.some(({ kind, text }) => kind === "sign" && (text === ";" || text === "->>"))) {
    throw new ConnectorError({
      kind: "invalid_query",
      message: "The query is more than one statement.",
      hint: "Only a single SELECT is run. `tidemark plan` prints the query.",
    });
  }
  const first = tokens.find(({ text }) => text !== "(");
  if (first?.kind !== "word" || (first.text !== "SELECT" && first.text !== "WITH")) {
    throw new ConnectorError({
      kind: "permission",
      message: "The statement is no query, and Tidemark only reads.",
      hint: "Write one SELECT, which may begin with WITH.",
    });
  }
  const found = tokens.findIndex((_, index) => isEffect(tokens, index));
  if (found !== -1) {
    throw new ConnectorError({
      kind: "permission",
      message:
        "The query calls for something that could change the account, and Tidemark only reads.",
      hint: "Leave out procedures, sequences (NEXTVAL), FOR UPDATE, IDENTIFIER(…) and SYSTEM$ functions.",
    });
  }
}

/**
 * What a SELECT can do beside reading: `WITH p AS PROCEDURE … CALL p()` runs a procedure, a sequence moves on, and
 * system functions cancel queries and end sessions. The name of a function may be quoted, and IDENTIFIER makes one of
 * text. SYSTEM$TYPEOF only looks at a type, and the dialect's own statements have it.
 */
function isEffect(tokens: readonly Token[], index: number): boolean {
  const [before, token, after] = [tokens[index - 1], tokens[index], tokens[index + 1]];
  if (token === undefined || token.kind === "sign" || token.kind === "text") {
    return false;
  }
  if (token.text.toUpperCase().startsWith("SYSTEM$")) {
    return token.text.toUpperCase() !== "SYSTEM$TYPEOF";
  }
  if (token.text.toUpperCase() === "NEXTVAL") {
    return before?.text === ".";
  }
  if (token.kind === "quoted") {
    return false;
  }
  return (
    (token.text === "IDENTIFIER" && after?.text === "(") ||
    (token.text === "PROCEDURE" && before?.text === "AS") ||
    (token.text === "CALL" && (after?.kind === "word" || after?.kind === "quoted")) ||
    (token.text === "UPDATE" && before?.text === "FOR")
  );
}
