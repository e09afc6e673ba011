/**
 * The tokens of Postgres' SQL, which DuckDB's is made after, as far as it takes to know what is a remark: blanks, remarks
 * and semicolons, and in the group `solid` texts in all their quotes, names in quotes, and everything else. A remark
 * within a remark makes both solid, which leaves the statement as it is. What has no end goes on to the end of all.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
const token =
  /[\s;]+|--[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$)|(?<solid>[eE]'(?:\\[\s\S]?|''|[^'\\])*(?:'|$)|'(?:''|[^'])*(?:'|$)|"(?:""|[^"])*(?:"|$)|(?<tag>\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$)[\s\S]*?(?:\k<tag>|$)|[\p{L}\p{N}_$]+|[\s\S])/gu;

/** A statement without the semicolons and remarks at its end: a subquery may not have the former. */
export function withoutEnd(sql: string): string {
  return cutBehindSolid(sql, token);
}

/** The statement up to its last token of the group `solid`; `tokens` matches all of it, piece by piece. */
export function cutBehindSolid(sql: string, tokens: RegExp): string {
  let end = 0;
  for (const { index, 0: text, groups } of sql.matchAll(tokens)) {
    end = groups?.["solid"] === undefined ? end : index + text.length;
  }
  return sql.slice(0, end);
}
