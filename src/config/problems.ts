import type { ErrorCode, Problem } from "../core/errors.ts";
import { expandedSections } from "./sections.ts";

/** Keys and list positions from the root of a file to a value. */
export type Path = readonly (string | number)[];

/** A position in a file; both count from 1, columns in UTF-16 units as editors do. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What a problem is about: the key as it is written, or the value behind it. */
export type Spot = "key" | "value";

/** A file that can say where a value stands. */
export interface Places {
  readonly file: string;
  place(path: Path, spot: Spot): Place;
}

interface Remark {
  readonly hint?: string | undefined;
  readonly spot?: Spot;
}

/** A file with thousands of slips is one slip repeated: the first hundred are enough to see it. */
const mostPerFile = 100;

/** Collects the problems of one file. */
export class Report {
  readonly #places: Places;
  readonly #problems: Problem[] = [];
  #untold = 0;

  constructor(places: Places) {
    this.#places = places;
  }

  error(code: ErrorCode, path: Path, message: string, remark: Remark = {}): void {
    this.#add("error", code, path, message, remark);
  }

  warning(code: ErrorCode, path: Path, message: string, remark: Remark = {}): void {
    this.#add("warning", code, path, message, remark);
  }

  /** For what has no path of keys: a comment. */
  warningAt(code: ErrorCode, place: Place, message: string, hint?: string): void {
    this.#addAt("warning", code, place, message, hint);
  }

  /** In the order of the file. */
  get problems(): readonly Problem[] {
    const sorted = inFileOrder(this.#problems);
    const last = sorted.at(-1);
    if (this.#untold > 0 && last !== undefined) {
      const message = `${this.#untold} further problems in this file are not listed`;
      sorted.push({ ...last, level: "error", code: "TM_CONFIG_INVALID", message });
    }
    return sorted;
  }

  #add(
    level: Problem["level"],
    code: ErrorCode,
    path: Path,
    message: string,
    remark: Remark,
  ): void {
    if (this.#problems.length >= mostPerFile) {
      // The place is not looked up: that is what costs.
      this.#untold += level === "error" ? 1 : 0;
      return;
    }
    const place = this.#places.place(path, remark.spot ?? "value");
    this.#addAt(level, code, place, message, remark.hint);
  }

  #addAt(
    level: Problem["level"],
    code: ErrorCode,
    { line, column }: Place,
    message: string,
    hint: string | undefined,
  ): void {
    if (this.#problems.length >= mostPerFile) {
      return;
    }
    // Texts of check types, connectors and notifiers come here too: they may be sentences, and repeat what was written.
    const text = onOneLine(message).replace(/\.$/, "");
    const problem = { code, level, file: this.#places.file, line, column, message: text };
    this.#problems.push(hint === undefined ? problem : { ...problem, hint: onOneLine(hint) });
  }
}

/** By place; what stands at one place keeps its order. */
export function inFileOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** `file:line:column: error TM_…: message (hint)`, a form that editors and CI logs turn into links. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, level, code, message, hint } = problem;
  const suffix = hint === undefined ? "" : ` (${hint})`;
  return `${file}:${line}:${column}: ${level} ${code}: ${message}${suffix}`;
}

/** The key that a path ends in, as it is named in messages: `` `checks[0]` ``. */
export function subject(path: Path): string {
  const lastKey = path.findLastIndex((segment) => typeof segment === "string");
  if (lastKey === -1) {
    return "the file";
  }
  if (mayBeSecret(path, lastKey)) {
    return "this key";
  }
  const indexes = path.slice(lastKey + 1).map((index) => `[${index}]`);
  return `\`${clip(String(path[lastKey]))}${indexes.join("")}\``;
}

/**
 * Whether a key is not one of a contract but, say, a token whose colon was left out: `{ token xoxb-1 }`.
 * The names that people give to connections and notifiers are none.
 */
function mayBeSecret(path: Path, lastKey: number): boolean {
  const [section] = path;
  const isNamed = section === "connections" || section === "notifiers";
  return (
    expandedSections.includes(String(section)) &&
    lastKey > (isNamed ? 1 : 0) &&
    !/^[a-z][a-z_]*$/.test(String(path[lastKey]))
  );
}

/** `` `a`, `b` or `c` ``; long lists are cut. */
export function listed(names: readonly string[], joiner = "or"): string {
  const shown = names.slice(0, 20).map((name) => `\`${clip(name)}\``);
  if (names.length > shown.length) {
    return `${shown.join(", ")} and ${names.length - shown.length} more`;
  }
  const last = shown.at(-1);
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} ${joiner} ${last}` : (last ?? "");
}

/** A name from a file, bounded and on one line. */
export function clip(name: string): string {
  const plain = onOneLine(name);
  return plain.length > 80 ? `${plain.slice(0, 79)}…` : plain;
}

/** Text with what a file says in it, so that it cannot forge a line of the output. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, "�");
}

/** Order by code units: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
