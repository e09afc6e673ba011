/**
 * - `word`: what stands without quotes, in upper case, a `$` included;
 * - `quoted`: an identifier in double quotes, without them;
 * - `text`: a string literal or a number;
 * - `sign`: everything else that is not blank.
 */
export interface Token {
  readonly kind: "word" | "quoted" | "text" | "sign";
  readonly text: string;
  /** How many characters of the statement there are up to its end. */
  readonly end: number;
}

/**
 * Snowflake's lexical rules (https://docs.snowflake.com/en/sql-reference/data-types-text#string-constants): a backslash
 * escapes in '…' and not in $$…$$ or "…"; remarks begin with -- or // and last for a line, or stand between the signs of
 * a block, which do not nest. What is left open lasts to the end.
 *
 * The groups have numbers and no names, which would cost an object for each of the tens of thousands of tokens of a
 * statement for many datasets.
 */
const pattern = new RegExp(
  [
    // Blank.
    /\s+|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/,
    // 1: text.
    /('(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|\$\$[\s\S]*?(?:\$\$|$)|\d[\w.]*)/,
    // 2: quoted.
    /"((?:[^"]|"")*)(?:"|$)/,
    // 3: word.
    /([\p{L}_][\p{L}\p{N}_$]*)/u,
    // 4: sign.
    /(->>|[\s\S])/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "gu",
);

export function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const { index, 0: whole, 1: text, 2: quoted, 3: word, 4: sign } of sql.matchAll(pattern)) {
    const end = index + whole.length;
    if (text !== undefined) {
      tokens.push({ kind: "text", text, end });
    } else if (quoted !== undefined) {
      tokens.push({ kind: "quoted", text: quoted.replaceAll('""', '"'), end });
    } else if (word !== undefined) {
      tokens.push({ kind: "word", text: word.toUpperCase(), end });
    } else if (sign !== undefined) {
      tokens.push({ kind: "sign", text: sign, end });
    }
  }
  return tokens;
}

export function withoutSemicolons(tokens: readonly Token[]): readonly Token[] {
  const last = tokens.findLastIndex(({ kind, text }) => kind !== "sign" || text !== ";");
  return tokens.slice(0, last + 1);
}

/** A statement without the semicolons and remarks at its end: a subquery may not have the former. */
export function withoutEnd(sql: string): string {
  return sql.slice(0, withoutSemicolons(tokensOf(sql)).at(-1)?.end ?? 0);
}
