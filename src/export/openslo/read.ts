import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
  type Document as YamlDocument,
  type ErrorCode as YamlErrorCode,
} from "yaml";
import type { Problem } from "../../core/errors.ts";
import type { Finding, Path } from "./findings.ts";

/** One object of a file: a document of its own, or an item of a list of objects. */
export interface RawObject {
  readonly value: unknown;
  /** From the document's root; for findings, which count from there. */
  readonly at: Path;
  readonly problemOf: (finding: Finding) => Problem;
}

/** What aliases may stand for, before a file is taken for an attack. */
const mostAliases = 100;

/**
 * Reads a stream of YAML documents (JSON is YAML too), each an object or a list of objects. Syntax that is wrong is
 * said in `words`, since the parser's own text quotes the file, in which a DataSource may have a secret.
 */
export function readObjects(
  file: string,
  text: string,
  words: (code: YamlErrorCode) => string,
): { readonly objects: readonly RawObject[]; readonly problems: readonly Problem[] } {
  const lines = new LineCounter();
  const problemAt = (offset: number, message: string): Problem => {
    const { line, col: column } = lines.linePos(offset);
    return { code: "TM_OPENSLO_INPUT", level: "error", file, line, column, message };
  };
  // An empty stream is a list too, with a property that says so.
  const options = { version: "1.2", uniqueKeys: false, merge: false, lineCounter: lines } as const;
  const documents = [...parseAllDocuments(text, options)];
  const findings = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  if (findings.length > 0) {
    return {
      objects: [],
      problems: findings.map(({ pos, code }) => problemAt(pos[0], words(code))),
    };
  }
  const problems: Problem[] = [];
  const objects: RawObject[] = [];
  for (const document of documents) {
    const { value, findings: twice } = plain(document);
    problems.push(...twice.map(({ offset, message }) => problemAt(offset, message)));
    const problemOf = ({ path, spot, message }: Finding): Problem =>
      problemAt(offsetOf(document, path, spot), message);
    const items: readonly [unknown, Path][] = Array.isArray(value)
      ? (value as unknown[]).map((item, index) => [item, [index]])
      : value === null
        ? []
        : [[value, []]];
    objects.push(...items.map(([item, at]) => ({ value: item, at, problemOf })));
  }
  return { objects: problems.length > 0 ? [] : objects, problems };
}

interface Plain {
  readonly value: unknown;
  readonly findings: readonly { readonly offset: number; readonly message: string }[];
}

function plain(document: YamlDocument.Parsed): Plain {
  const findings: { offset: number; message: string }[] = [];
  visit(document, {
    Map: (_, { items }) => {
      const names = new Set<string>();
      for (const { key } of items) {
        const name = isScalar(key) && typeof key.value === "string" ? key.value : null;
        const offset = startOf(key as Node);
        if (name === null) {
          findings.push({ offset, message: "a key must be plain text" });
        } else if (names.has(name)) {
          findings.push({ offset, message: "this key is written twice" });
        }
        names.add(name ?? "");
      }
    },
  });
  try {
    return { value: document.toJS({ maxAliasCount: mostAliases }), findings };
  } catch (error) {
    if (error instanceof ReferenceError) {
      const message = "the aliases (`*name`) of this document name nothing, or stand for too much";
      return {
        value: null,
        findings: [...findings, { offset: startOf(document.contents), message }],
      };
    }
    throw error;
  }
}

/** Where a value or its key stands; what is not there is placed at the nearest thing that holds it. */
function offsetOf(document: YamlDocument.Parsed, path: Path, spot: Finding["spot"]): number {
  let offset = startOf(document.contents);
  let node: unknown = document.contents;
  for (const [index, segment] of path.entries()) {
    const inside: unknown = isAlias(node) ? node.resolve(document) : node;
    const isLast = index === path.length - 1;
    if (isMap(inside)) {
      const pair = inside.items.find(({ key }) => isScalar(key) && key.value === segment);
      if (pair === undefined) {
        return offset;
      }
      const isEmpty = isScalar(pair.value) && (pair.value.source ?? "") === "";
      const wantsKey = !isLast || spot === "key" || pair.value === null || isEmpty;
      offset = startOf((wantsKey ? pair.key : pair.value) as Node);
      node = pair.value;
    } else if (isSeq(inside) && typeof segment === "number" && segment < inside.items.length) {
      node = inside.items[segment];
      offset = startOf(node as Node);
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: Node | null | undefined): number {
  return node?.range?.[0] ?? 0;
}
