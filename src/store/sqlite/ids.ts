import type { Connection } from "./connection.ts";

/**
 * A common table `ids (id)` for `WITH RECURSIVE`: every value of `column`, and after them one NULL. It steps from
 * value to value through an index that begins with `column`, whatever the number of rows. `after` is SQL.
 */
export function idsOf(table: string, column: string, after = "''"): string {
  return `ids (id) AS (
    SELECT min(${column}) FROM ${table} WHERE ${column} > ${after}
    UNION ALL
    SELECT (SELECT min(${column}) FROM ${table} WHERE ${column} > ids.id)
    FROM ids WHERE ids.id IS NOT NULL
  )`;
}

/** A condition that goes before others, and what its parameter `?` is given. */
interface Among {
  readonly sql: string;
  readonly params: readonly string[];
}

/**
 * That `column` is one of `ids`; of all when none are given. As JSON, because they may be more than SQLite takes
 * parameters. The texts are two, because of one for both SQLite reads the whole table, whatever is asked for.
 */
export function among(column: string, ids: readonly string[] | undefined): Among {
  return ids === undefined
    ? { sql: "", params: [] }
    : { sql: `${column} IN (SELECT value FROM json_each(?)) AND`, params: [JSON.stringify(ids)] };
}

interface Page {
  readonly after: string;
  readonly limit: number;
}

/** All of SQLite's LIMIT that is below zero is none. */
const whole: Page = { after: "", limit: -1 };

/** The values of `column`, ascending. */
export function idsIn(
  db: Connection,
  table: string,
  column: string,
  { after, limit }: Page = whole,
): readonly string[] {
  const rows = db.all(
    `WITH RECURSIVE ${idsOf(table, column, "?1")} SELECT id FROM ids WHERE id IS NOT NULL LIMIT ?2`,
    [after, limit],
  ) as readonly { id: string }[];
  return rows.map(({ id }) => id);
}
