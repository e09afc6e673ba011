/** Text for a JSON column. What JSON cannot hold, big integers and non-finite numbers, is kept as text. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "bigint" || (typeof part === "number" && !Number.isFinite(part))) {
      return String(part);
    }
    return part;
  });
}

/** Reads what `toJson` wrote; a caller may take it for the type that it wrote to that column. */
export function fromJson(text: string): unknown {
  return JSON.parse(text);
}

/** `INSERT … ON CONFLICT DO UPDATE` over named parameters; it keeps the row's place, unlike REPLACE. */
export function upsert(table: string, key: readonly string[], columns: readonly string[]): string {
  const changed = columns.filter((column) => !key.includes(column));
  return `INSERT INTO ${table} (${columns.join(", ")})
    VALUES (${columns.map((column) => `$${column}`).join(", ")})
    ON CONFLICT (${key.join(", ")})
    DO UPDATE SET ${changed.map((column) => `${column} = excluded.${column}`).join(", ")}`;
}
