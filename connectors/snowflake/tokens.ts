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
 */
const pattern = new RegExp(
  [
    /(?<blank>\s+|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/,
    /(?<text>'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|\$\$[\s\S]*?(?:\$\$|$)|\d[\w.]*)/,
    /"(?<quoted>(?:[^"]|"")*)(?:"|$)/,
    /(?<word>[\p{L}_][\p{L}\p{N}_$]*)/u,
    /(?<sign>->>|[\s\S])/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "gu",
);

export function tokensOf(sql: string): readonly Token[] {
  return [...sql.matchAll(pattern)].flatMap(
    ({ 0: whole, index, groups = {} }): readonly Token[] => {
      const { text, quoted, word, sign } = groups;
      const end = index + whole.length;
      if (text !== undefined) {
        return [{ kind: "text", text, end }];
      }
      if (quoted !== undefined) {
        return [{ kind: "quoted", text: quoted.replaceAll('""', '"'), end }];
      }
      if (word !== undefined) {
        return [{ kind: "word", text: word.toUpperCase(), end }];
      }
      return sign === undefined ? [] : [{ kind: "sign", text: sign, end }];
    },
  );
}

/** A statement without the semicolons and remarks at its end: a subquery may not have the former. */
export function withoutEnd(sql: string): string {
  const last = tokensOf(sql).findLast(({ kind, text }) => kind !== "sign" || text !== ";");
  return sql.slice(0, last?.end ?? 0);
}
