import { Document, isMap, isNode, type Node, type Pair, visit } from "yaml";
import type { ProductDraft } from "./drafts.ts";
import type { Path } from "./findings.ts";

const head = ` Imported by \`tidemark import openslo\`. Each check is switched off until it says what it measures.`;

/** Short values that read better on one line. */
const inlineKeys: ReadonlySet<string> = new Set(["checks", "schedule", "window"]);

/** A product file as YAML, with a comment at each place where something could not be carried. */
export function writeProduct({ value, notes }: ProductDraft): string {
  const document = new Document(value);
  visit(document, {
    Pair: (_, { key, value: node }) => {
      if (isNode(node) && inlineKeys.has(String(key)) && !holdsMaps(node)) {
        (node as { flow?: boolean }).flow = true;
      }
    },
  });
  for (const { at, text } of notes) {
    const key = at === null ? null : keyAt(document, at);
    if (key !== null) {
      const line = ` not carried: ${oneLine(text)}`;
      key.commentBefore = [key.commentBefore ?? [], line].flat().join("\n");
    }
  }
  document.commentBefore = head;
  return document.toString({ lineWidth: 0 });
}

/** A dataset's `checks` are maps, an SLO's are names. */
function holdsMaps(node: Node): boolean {
  return isMap(node) && node.items.some(({ value }) => isMap(value));
}

/** The key at the path, or of the last thing on the way that there is. */
function keyAt(document: Document, at: Path): Node | null {
  let node: unknown = document.contents;
  let key: unknown = null;
  for (const segment of at) {
    const pair: Pair | undefined = isMap(node)
      ? node.items.find((one) => String(one.key) === segment)
      : undefined;
    if (pair === undefined) {
      break;
    }
    [key, node] = [pair.key, pair.value];
  }
  return isNode(key) ? key : null;
}

/** A comment ends with its line, and so text from a document must not break it. */
function oneLine(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
}
