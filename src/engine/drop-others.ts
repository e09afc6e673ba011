/** Takes out of a map or set whose key is none of these: what a mesh no longer has must not stay in memory. */
export function dropOthers(
  known: Pick<Map<string, unknown>, "delete"> & { keys(): Iterable<string> },
  keys: ReadonlySet<string>,
): void {
  for (const key of known.keys()) {
    if (!keys.has(key)) {
      known.delete(key);
    }
  }
}
