import type { ErrorCode as YamlErrorCode } from "yaml";
import type { Problem } from "../../core/errors.ts";
import type { Document } from "./documents.ts";
import type { Finding, Path, Report } from "./findings.ts";
import { readObjects } from "./read.ts";
import { documentOf } from "./rules.ts";
import { type Imported, productsOf } from "./to-products.ts";

/** The most that is said of one file: a hundred slips are one slip repeated. */
const mostPerFile = 100;

export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/**
 * Reads OpenSLO v1 documents of several files into product files. Every problem is returned at once (`TM_OPENSLO_INPUT`,
 * by file and line); `imported` is null when there is any.
 */
export function importDocuments(
  files: readonly SourceFile[],
  words: (code: YamlErrorCode) => string,
): { readonly imported: Imported | null; readonly problems: readonly Problem[] } {
  const documents: Document[] = [];
  const problems: Problem[] = [];
  const seen = new Map<string, string>();
  for (const { file, text } of files) {
    const { objects, problems: found } = readObjects(file, text, words);
    const own: Problem[] = [...found];
    for (const { value, at, problemOf } of objects) {
      const report: Report = (path: Path, message: string, spot: Finding["spot"] = "value") => {
        own.push(problemOf({ path, message, spot }));
      };
      const document = documentOf(value, at, report);
      if (document !== null) {
        refuseSecond(document, file, at, seen, report);
        documents.push(document);
      }
    }
    problems.push(
      ...own.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, mostPerFile),
    );
  }
  if (problems.length === 0 && documents.length === 0) {
    const [first] = files;
    const place = { file: first?.file ?? "", line: 1, column: 1 };
    problems.push({
      code: "TM_OPENSLO_INPUT",
      level: "error",
      ...place,
      message: "there is no document in it",
    });
  }
  return problems.length > 0
    ? { imported: null, problems }
    : { imported: productsOf(documents), problems };
}

/** Names are unique among the documents of a kind: which of two is meant cannot be told. */
function refuseSecond(
  { kind, metadata }: Document,
  file: string,
  at: Path,
  seen: Map<string, string>,
  report: Report,
): void {
  const key = `${kind} ${metadata.name}`;
  const first = seen.get(key);
  if (metadata.name !== "" && first !== undefined) {
    const where = first === file ? "" : `, first in ${first}`;
    report([...at, "metadata", "name"], `there is a second ${kind} of this name${where}`);
  }
  seen.set(key, first ?? file);
}
