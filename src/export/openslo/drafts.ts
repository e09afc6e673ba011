import type { Path } from "./findings.ts";

/** A product file to be written: its values, and comments for what could not be carried into it. */
export interface ProductDraft {
  readonly product: string;
  /** As in a product file. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly notes: readonly Note[];
}

/** Something that a product file has no place for. */
export interface Note {
  /** Where in the product file the comment stands; the empty path is the top. Null: in the report only. */
  readonly at: Path | null;
  /** What it was said of: ``SLO `orders--fresh` ``. */
  readonly subject: string;
  readonly text: string;
}

/** Stands wherever a product file needs a word that OpenSLO does not have. */
export const toDo = "to_do";

const namePattern = /^[a-z0-9][a-z0-9_-]{0,127}$/;

/** The text as a name of Tidemark: lower-case letters, digits, `_` and `-`. One that is a name stays as it is. */
export function nameFor(text: string): string {
  if (namePattern.test(text)) {
    return text;
  }
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "-")
    .replaceAll(/^[_-]+|-+$/g, "")
    .slice(0, 128);
  return name === "" ? toDo : name;
}

/** `name`, or the first of `name-2`, `name-3` and so on that is not taken. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  let free = name;
  for (let count = 2; isTaken(free); count += 1) {
    free = `${name}-${count}`;
  }
  return free;
}
