/** Every value under a key, wherever it stands. */
export function under(key: string, value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  return entries.flatMap(([name, part]) => [...(name === key ? [part] : []), ...under(key, part)]);
}
