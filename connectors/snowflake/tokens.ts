/**
 * - `word`: what stands without quotes, in upper case, a `$` included;
 * - `quoted`: an identifier in double quotes, without them;
 * - `text`: a string literal or a number;
 * - `sign`: everything else that is not blank.
 */
export interface Token {
  readonly kind: "word" | "quoted" | "text" | "sign";
  readonly text: string;
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
  return [...sql.matchAll(pattern)].flatMap(({ groups = {} }): readonly Token[] => {
    const { text, quoted, word, sign } = groups;
    if (text !== undefined) {
      return [{ kind: "text", text }];
    }
    if (quoted !== undefined) {
      return [{ kind: "quoted", text: quoted.replaceAll('""', '"') }];
    }
    if (word !== undefined) {
      return [{ kind: "word", text: word.toUpperCase() }];
    }
    return sign === undefined ? [] : [{ kind: "sign", text: sign }];
  });
}
