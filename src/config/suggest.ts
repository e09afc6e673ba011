import { distance } from "fastest-levenshtein";
import { clip } from "./problems.ts";

/** Longer names are compared by nobody's eye, and the distance costs their product. */
const longestCompared = 64;

/** The known name that `written` looks like a slip of: at most a third of its letters differ. */
export function nearest(written: string, known: Iterable<string>): string | null {
  if (written.length > longestCompared) {
    return null;
  }
  const wanted = written.toLowerCase();
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(written.length / 3)) + 1;
  for (const name of known) {
    if (isAbbreviation(wanted, name)) {
      return name;
    }
    if (Math.abs(name.length - written.length) < bestDistance) {
      const found = distance(wanted, name.toLowerCase());
      if (found < bestDistance) {
        best = name;
        bestDistance = found;
      }
    }
  }
  return best;
}

/** `warning` for `warn`, or `desc` for `description`. */
function isAbbreviation(written: string, name: string): boolean {
  const [short, long] = written.length < name.length ? [written, name] : [name, written];
  return short.length >= 4 && long.startsWith(short);
}

/** `` did you mean `x`? `` when there is a near name. */
export function didYouMean(written: string, known: Iterable<string>): string | undefined {
  const name = nearest(written, known);
  return name === null ? undefined : `did you mean \`${clip(name)}\`?`;
}

/** The remedy for a reference to something unknown: the nearest name, else all of them. */
export function hintFor(written: string, known: readonly string[], what: string): string {
  const slip = didYouMean(written, known);
  if (slip !== undefined) {
    return slip;
  }
  if (known.length === 0) {
    return `no ${what} is declared`;
  }
  const shown = known.slice(0, 10).map(clip).join(", ");
  return `declared: ${shown}${known.length > 10 ? `, and ${known.length - 10} more` : ""}`;
}
