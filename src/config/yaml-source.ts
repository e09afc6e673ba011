import { isAlias, isMap, isScalar, isSeq, type Node, type ParsedNode } from "yaml";
import type { Problem } from "../core/errors.ts";
import { Breath } from "./breath.ts";
import { keyText, startOf, toPlain } from "./plain.ts";
import { inFileOrder, type Path, type Place, type Places, type Spot } from "./problems.ts";
import { type Comment, commentsOf } from "./yaml-comments.ts";
import { type Composed, compose, composeNow } from "./yaml-compose.ts";

/** Mistakes in syntax breed others behind them; the first ones are what is to be mended. */
const mostSyntaxProblems = 10;

export interface PlacedComment extends Comment {
  readonly place: Place;
}

/**
 * One YAML file as plain values, able to say where each of them stands. The tree with the positions is
 * let go by `release` and made again when a place is asked for, since it is ten times as large as the
 * text and only needed for files with problems.
 */
export class YamlSource implements Places {
  readonly file: string;
  readonly #text: string;
  readonly #lineStarts: readonly number[];
  /** Undefined when the file is not valid YAML. */
  readonly value: unknown;
  /** Syntax only. */
  readonly problems: readonly Problem[];
  #tree: ParsedNode | null | undefined;

  private constructor(file: string, text: string, composed: Composed) {
    this.file = file;
    this.#text = text;
    this.#lineStarts = lineStartsOf(text);
    this.#tree = composed.document?.contents ?? null;
    const plain =
      composed.findings.length > 0 ? { value: undefined, problems: [] } : toPlain(this.#tree);
    this.value = plain.problems.length > 0 ? undefined : plain.value;
    this.problems = inFileOrder([
      ...composed.findings.map(({ offset, message }) => this.#problem(offset, message)),
      ...plain.problems.map(({ offset, message, firstOffset }) =>
        this.#problem(offset, message, firstOffset),
      ),
    ])
      .filter((problem, index, all) => all[index - 1]?.line !== problem.line)
      .slice(0, mostSyntaxProblems);
  }

  /** Reads text without keeping the event loop from turning. */
  static async read(file: string, text: string): Promise<YamlSource> {
    const breath = new Breath(1);
    const steps = compose(text);
    let step = steps.next();
    while (step.done !== true) {
      await breath.spend(1);
      step = steps.next();
    }
    return new YamlSource(file, text, step.value);
  }

  /** Reads text at once; for short texts. */
  static readNow(file: string, text: string): YamlSource {
    return new YamlSource(file, text, composeNow(text));
  }

  release(): void {
    this.#tree = undefined;
  }

  /** Where a value or its key stands; what is not there is placed at the nearest thing that holds it. */
  place(path: Path, spot: Spot): Place {
    const tree = this.#root();
    const anchors = new Map<string, Node>();
    let offset = startOf(tree);
    let node: Node | null | undefined = tree;
    for (const [index, segment] of path.entries()) {
      const step = stepInto(resolve(node, anchors, tree), segment);
      if (step === null) {
        break;
      }
      const isLast = index === path.length - 1;
      const wantsKey = !isLast || spot === "key" || isEmpty(step.value);
      offset = wantsKey ? step.keyOffset : startOf(step.value);
      node = step.value;
    }
    return this.#placeAt(offset);
  }

  /** Where an entry of a map stands: its key, and the line that its value ends on. Null when there is none. */
  extent(path: Path): { readonly from: Place; readonly toLine: number } | null {
    const tree = this.#root();
    const anchors = new Map<string, Node>();
    let found: { readonly keyOffset: number; readonly value: Node | null } | null = null;
    for (const segment of path) {
      found = stepInto(resolve(found === null ? tree : found.value, anchors, tree), segment);
      if (found === null) {
        return null;
      }
    }
    if (found === null) {
      return null;
    }
    const end = Math.max(found.keyOffset, contentEnd(found.value));
    const last = this.#text.slice(0, end).trimEnd().length - 1;
    return { from: this.#placeAt(found.keyOffset), toLine: this.#placeAt(last).line };
  }

  /** The comments whose text, without its `#`, is like `pattern`. */
  commentsLike(pattern: RegExp): readonly PlacedComment[] {
    // Most files have none, and taking a text apart is dear.
    if (!this.#text.split("#").some((rest) => pattern.test(rest.trimStart()))) {
      return [];
    }
    return commentsOf(this.#text)
      .filter(({ text }) => pattern.test(text))
      .map((comment) => ({ ...comment, place: this.#placeAt(comment.offset) }));
  }

  #root(): ParsedNode | null {
    this.#tree ??= composeNow(this.#text).document?.contents ?? null;
    return this.#tree;
  }

  #placeAt(offset: number): Place {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }

  #problem(offset: number, message: string, firstOffset?: number): Problem {
    const found: Problem = {
      code: firstOffset === undefined ? "TM_CONFIG_SYNTAX" : "TM_CONFIG_DUPLICATE",
      level: "error",
      file: this.file,
      ...this.#placeAt(offset),
      message,
    };
    return firstOffset === undefined
      ? found
      : { ...found, hint: `first in line ${this.#placeAt(firstOffset).line}` };
  }
}

/** Where the text of a node ends; a block map's own range runs on over the comments behind it. */
function contentEnd(node: Node | null): number {
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    const value = (last?.value ?? null) as Node | null;
    return Math.max(contentEnd((last?.key ?? null) as Node | null), contentEnd(value));
  }
  if (isSeq(node) && node.flow !== true) {
    return contentEnd((node.items.at(-1) ?? null) as Node | null);
  }
  return node?.range?.[1] ?? 0;
}

/** Whether nothing is written behind the key: such a value has no place of its own. */
function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null && (node.source ?? "") === "");
}

function stepInto(
  node: Node | null | undefined,
  segment: string | number,
): { readonly keyOffset: number; readonly value: Node | null } | null {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => keyText(key) === String(segment));
    return pair === undefined
      ? null
      : { keyOffset: startOf(pair.key as Node), value: pair.value as Node | null };
  }
  if (isSeq(node) && typeof segment === "number" && segment < node.items.length) {
    const item = node.items[segment] as Node | null;
    return { keyOffset: startOf(item), value: item };
  }
  return null;
}

/** The node that an alias stands for. */
function resolve(
  node: Node | null | undefined,
  anchors: Map<string, Node>,
  tree: ParsedNode | null,
): Node | null | undefined {
  if (!isAlias(node)) {
    return node;
  }
  if (anchors.size === 0) {
    collectAnchors(tree, anchors);
  }
  return anchors.get(node.source) ?? null;
}

function collectAnchors(node: Node | null | undefined, anchors: Map<string, Node>): void {
  if (node === null || node === undefined || isAlias(node)) {
    return;
  }
  if (node.anchor !== undefined) {
    anchors.set(node.anchor, node);
  }
  if (isMap(node)) {
    for (const { value } of node.items) {
      collectAnchors(value as Node | null, anchors);
    }
  } else if (isSeq(node)) {
    for (const item of node.items) {
      collectAnchors(item as Node | null, anchors);
    }
  }
}

function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", end + 1)) {
    starts.push(end + 1);
  }
  return starts;
}
