import { isAlias, isMap, isScalar, isSeq, type Node, type ParsedNode } from "yaml";
import { clip } from "./problems.ts";
import { yamlWords } from "./yaml-words.ts";

/**
 * The most values that aliases may stand for in one file. Generous for a shared schedule, and far
 * below what an alias bomb (nine levels of nine) makes of a hundred lines.
 */
const mostAliasedValues = 20_000;

/** A finding while a document is turned into plain values; `offset` counts characters from the start. */
export interface PlainProblem {
  readonly offset: number;
  readonly message: string;
  /** Where the same key stood first. */
  readonly firstOffset?: number;
}

/** How a key is spelled in the file: `2024:` and `true:` are names like any other. */
export function keyText(key: unknown): string | null {
  if (isScalar(key)) {
    const text = typeof key.value === "string" ? key.value : key.source;
    return key.value === null ? null : (text ?? null);
  }
  return null;
}

/**
 * Turns a composed document into plain values: maps without prototype, arrays, text, numbers, booleans
 * and null. Done here and not by the library, which looks for duplicate keys in quadratic time.
 */
export function toPlain(root: ParsedNode | null): {
  readonly value: unknown;
  readonly problems: readonly PlainProblem[];
} {
  const walk = new Walk();
  try {
    return { value: walk.value(root), problems: walk.problems };
  } catch (error) {
    if (error instanceof Explosion) {
      return { value: undefined, problems: [...walk.problems, error.problem] };
    }
    throw error;
  }
}

class Explosion extends Error {
  readonly problem: PlainProblem;

  constructor(problem: PlainProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

class Walk {
  readonly problems: PlainProblem[] = [];
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  /** Where the outermost alias stands that is being followed. */
  #aliasOffset: number | null = null;
  #aliased = 0;

  value(node: Node | null | undefined): unknown {
    if (node === null || node === undefined) {
      return null;
    }
    if (this.#aliasOffset !== null && ++this.#aliased > mostAliasedValues) {
      const message = `aliases stand for more than ${mostAliasedValues} values`;
      throw new Explosion({ offset: this.#aliasOffset, message });
    }
    if (isAlias(node)) {
      return this.#alias(node.source, startOf(node));
    }
    if (node.anchor !== undefined) {
      this.#anchors.set(node.anchor, node);
    }
    if (isScalar(node)) {
      return node.value;
    }
    this.#open.add(node);
    const value = isMap(node) ? this.#map(node.items) : isSeq(node) ? this.#list(node.items) : null;
    this.#open.delete(node);
    return value;
  }

  #alias(name: string, offset: number): unknown {
    const target = this.#anchors.get(name);
    if (target === undefined || this.#open.has(target)) {
      const message =
        target === undefined ? yamlWords("BAD_ALIAS") : "this alias stands for itself";
      this.problems.push({ offset, message });
      return null;
    }
    const outer = this.#aliasOffset;
    this.#aliasOffset ??= offset;
    const value = this.value(target);
    this.#aliasOffset = outer;
    return value;
  }

  #list(items: readonly unknown[]): readonly unknown[] {
    return items.map((item) => this.value(item as Node | null));
  }

  #map(items: readonly { readonly key: unknown; readonly value: unknown }[]): object {
    const record: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    const offsets = new Map<string, number>();
    for (const { key, value } of items) {
      const offset = startOf(key as Node | null);
      const name = keyText(key);
      const first = name === null ? undefined : offsets.get(name);
      if (name === null) {
        this.problems.push({ offset, message: "a key must be plain text" });
      } else if (name === "__proto__") {
        this.problems.push({ offset, message: "`__proto__` is refused as a key" });
      } else if (first !== undefined) {
        const message = `the key \`${clip(name)}\` is written twice`;
        this.problems.push({ offset, message, firstOffset: first });
      } else {
        offsets.set(name, offset);
        record[name] = this.value(value as Node | null);
      }
    }
    return record;
  }
}

/** Where a node starts; 0 for one that is not in the text. */
export function startOf(node: Node | null | undefined): number {
  return node?.range?.[0] ?? 0;
}
