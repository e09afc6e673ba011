/** What stands at a path of parsed values; undefined when nothing does. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) {
      return undefined;
    }
    found = (found as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return found;
}
