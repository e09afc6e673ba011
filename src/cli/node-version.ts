/**
 * The oldest Node of each line that has all that is used. Of `node:sqlite` older ones do not bind `?1` by its number
 * (https://github.com/nodejs/node/pull/59350). `engines` in package.json says the same.
 */
export const oldestNodes = ["22.21.0", "24.9.0"] as const;

/** What to tell somebody whose Node is too old, or null. Imports nothing, so that it can be told by any Node. */
export function nodeRefusal(nodeVersion: string): string | null {
  const [major = 0, minor = 0] = numbersOf(nodeVersion);
  const isSupported = oldestNodes.map(numbersOf).some(([line = 0, since = 0], index, lines) => {
    const isNewestLine = index === lines.length - 1;
    return (major === line && minor >= since) || (isNewestLine && major > line);
  });
  return isSupported
    ? null
    : `Tidemark needs Node ${oldestNodes.join(" or ")} or newer; this is Node ${nodeVersion}.`;
}

function numbersOf(version: string): readonly number[] {
  return version.split(".").map((part) => Number.parseInt(part, 10));
}
