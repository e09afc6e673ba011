/** What Snowflake reads in upper case when it stands without quotes. */
const lowerPlain = /^[a-z_][a-z0-9_$]*$/;
const upperPlain = /^[A-Z_][A-Z0-9_$]*$/;
const quotedPlain = /^"([a-z_][a-z0-9_$]*)"$/;

/**
 * Snowflake's own name of what a configuration calls `name`. Names are written here as Snowflake's users write them
 * without quotes, `loaded_at` for LOADED_AT: every other letter or character makes a name exact, and so do double
 * quotes that belong to it, `"loaded_at"`.
 */
export function nameOf(name: string): string {
  const exact = quotedPlain.exec(name)?.[1];
  return exact ?? (lowerPlain.test(name) ? name.toUpperCase() : name);
}

/** How a configuration calls what Snowflake calls `name`: the reverse of `nameOf`. */
export function spelledOf(name: string): string {
  if (upperPlain.test(name)) {
    return name.toLowerCase();
  }
  return lowerPlain.test(name) ? `"${name}"` : name;
}

/** The identifier that means exactly what a configuration calls `name`. */
export function quoteIdentifier(name: string): string {
  return `"${nameOf(name).replaceAll('"', '""')}"`;
}

/** In Snowflake's string literals a backslash begins an escape. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
