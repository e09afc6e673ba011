import { resolve } from "node:path";
import type { DatasetSource } from "../../core/connector.ts";
import { type Path, type Report, subject } from "../problems.ts";
import type { DatasetFields } from "../product-file.ts";
import { conditionProblem, queryProblem } from "./sql.ts";

/** Where a dataset's rows are, as compiled and as written: a folder that moves is no other source. */
export interface SourceFacts {
  readonly source: DatasetSource;
  readonly written: DatasetSource;
}

const sourceKeys = ["table", "files", "query"] as const;

/** The longest path of a table: catalogue, schema and name. */
const mostParts = 3;

/**
 * The one source that a dataset names, or null after a problem was reported. `folder` is the absolute
 * folder of the product file, which relative globs start from.
 */
export function sourceOf(
  fields: Partial<DatasetFields>,
  at: Path,
  folder: string,
  report: Report,
): SourceFacts | null {
  const [only, second] = sourceKeys.filter((key) => fields[key] !== undefined);
  if (only === undefined || second !== undefined) {
    const message =
      only === undefined
        ? `${subject(at)} says nowhere where its rows are`
        : `${subject(at)} has both \`${only}\` and \`${second}\``;
    const hint = "give exactly one of `table`, `files` and `query`";
    report.error("TM_CONFIG_INVALID", at, message, { spot: "key", hint });
    return null;
  }
  if (fields.table !== undefined) {
    return tableSource(fields.table, [...at, "table"], report);
  }
  if (fields.files !== undefined) {
    return filesSource(fields.files, [...at, "files"], folder, report);
  }
  return querySource(fields.query ?? "", [...at, "query"], report);
}

/** Reports what is wrong with a dataset's `filter`. */
export function checkFilter(filter: string, at: Path, report: Report): void {
  const problem = conditionProblem(filter);
  if (problem !== null) {
    report.error("TM_CONFIG_INVALID", at, `\`filter\` ${problem}`, {
      hint: "it is one SQL condition, such as `status <> 'test'`",
    });
  }
}

function tableSource(
  table: string | readonly string[],
  at: Path,
  report: Report,
): SourceFacts | null {
  const parts = typeof table === "string" ? tableParts(table) : table;
  if (parts === null || parts.length > mostParts || parts.some(isBadPart)) {
    report.error("TM_CONFIG_INVALID", at, "`table` is not the name of a table", {
      hint: 'write `schema.table`, with double quotes around odd names: `analytics."Orders.2024"`',
    });
    return null;
  }
  const source: DatasetSource = { kind: "table", parts };
  return { source, written: source };
}

/** `analytics."Orders ""24"""` → its names; null when it is not of that form. */
export function tableParts(text: string): readonly string[] | null {
  const parts: string[] = [];
  const part = /(?:"((?:[^"]|"")+)"|([^\s".;()]+))(\.|$)/y;
  let isComplete = false;
  while (!isComplete) {
    const match = part.exec(text);
    if (match === null) {
      return null;
    }
    parts.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    isComplete = match[3] === "";
  }
  return parts;
}

/** No warehouse has a name with a control character; in a statement it would only hide something. */
function isBadPart(part: string): boolean {
  return part.length > 255 || /\p{Cc}/u.test(part);
}

function filesSource(
  files: string | readonly string[],
  at: Path,
  folder: string,
  report: Report,
): SourceFacts | null {
  const globs = typeof files === "string" ? [files] : files;
  const remote = globs.findIndex((glob) => /^[a-z][a-z0-9+.-]+:\/\//i.test(glob));
  if (remote !== -1) {
    const path = typeof files === "string" ? at : [...at, remote];
    report.error("TM_NOT_SUPPORTED", path, "files of another host are not built yet", {
      hint: "name files of this host",
    });
    return null;
  }
  return {
    source: { kind: "files", globs: globs.map((glob) => resolve(folder, glob)) },
    written: { kind: "files", globs },
  };
}

function querySource(sql: string, at: Path, report: Report): SourceFacts | null {
  const problem = queryProblem(sql);
  if (problem !== null) {
    report.error("TM_CONFIG_INVALID", at, `\`query\` ${problem}`);
    return null;
  }
  const source: DatasetSource = { kind: "query", sql: sql.trim() };
  return { source, written: source };
}
