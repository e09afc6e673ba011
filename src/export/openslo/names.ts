/** The SDK's bound on names and display names. */
const longestName = 63;

export const longestDescription = 1_050;

const hashLength = 8;

/**
 * A name for OpenSLO (a DNS label of RFC 1123, at most 63 characters) of the parts of an id: `orders/fresh` is
 * `orders--fresh`, which no other id is made into. Where that would not hold, because a part has an underscore,
 * two hyphens in a row or one at its end, or the whole is too long, a hash of the id is added. So a name never
 * depends on what else is exported, and stays the same from one export to the next.
 */
export function labelName(parts: readonly string[]): string {
  const joined = parts.join("--");
  if (
    parts.every((part) => /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(part)) &&
    joined.length <= longestName
  ) {
    return joined;
  }
  const hash = fnv1a(parts.join("/")).toString(16).padStart(hashLength, "0");
  const plain = joined.replaceAll("_", "-").slice(0, longestName - hashLength - 1);
  return `${plain.replace(/-+$/, "")}-${hash}`;
}

export function displayName(text: string): string {
  return clipped(text, longestName);
}

/** The SDK counts a description in characters. */
export function description(text: string): string {
  return clipped(text, longestDescription);
}

/** At most `most` characters, the last an ellipsis where something was cut. */
function clipped(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

/** Fowler, Noll and Vo's hash of 32 bits. Ids are ASCII. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
