/** What stands outside quotes, with quoted text, dollar quotes and comments taken out. */
interface Bare {
  readonly text: string;
  readonly hasComment: boolean;
  readonly isUnclosed: boolean;
}

const quotedOrComment =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\$([A-Za-z_]*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//g;

/**
 * What is wrong with a `filter`, or null. It is put behind WHERE in parentheses, so that a comment or a
 * parenthesis too many would change the statement around it. The warehouse judges the rest; that nothing
 * is written there is the work of the session, not of this.
 */
export function conditionProblem(sql: string): string | null {
  const bare = bareSql(sql);
  if (bare.hasComment) {
    return "must not hold a SQL comment";
  }
  if (bare.text.includes(";")) {
    return "must be one condition, without a semicolon";
  }
  if (/^\s*where\b/i.test(bare.text)) {
    return "must be the condition alone, without `WHERE`";
  }
  return bracketProblem(bare);
}

/** What is wrong with a `query`, or null. It is put behind FROM in parentheses. */
export function queryProblem(sql: string): string | null {
  const bare = bareSql(sql);
  if (/;\s*$/.test(bare.text) && bare.text.indexOf(";") === bare.text.lastIndexOf(";")) {
    return "must end without a semicolon";
  }
  if (bare.text.includes(";")) {
    return "must be one statement";
  }
  if (!/^[\s(]*(?:select|with|from|values|table)\b/i.test(bare.text)) {
    return "must be a SELECT";
  }
  return bracketProblem(bare);
}

function bracketProblem(bare: Bare): string | null {
  if (bare.text.trim() === "") {
    return "must not be empty";
  }
  if (bare.isUnclosed) {
    return "holds a quote or comment that is not closed";
  }
  let depth = 0;
  for (const character of bare.text) {
    depth += character === "(" ? 1 : character === ")" ? -1 : 0;
    if (depth < 0) {
      return "closes a parenthesis that it does not open";
    }
  }
  return depth > 0 ? "opens a parenthesis that it does not close" : null;
}

function bareSql(sql: string): Bare {
  let hasComment = false;
  const text = sql.replace(quotedOrComment, (match) => {
    const isComment = match.startsWith("--") || match.startsWith("/*");
    hasComment ||= isComment;
    // A quoted part leaves a word behind, so that `''` is not empty; a comment leaves a space.
    return isComment ? " " : "x";
  });
  return { text, hasComment, isUnclosed: /['"`]|\/\*/.test(text) };
}
