import { z } from "zod";
import type { ErrorCode } from "../core/errors.ts";
import { type notBuilt, refuseNotBuilt } from "./not-built.ts";
import { type Path, type Report, subject } from "./problems.ts";
import { didYouMean } from "./suggest.ts";
import { valueAt } from "./value-at.ts";
import { kindOf, knownKeys, zodWords } from "./zod-words.ts";

/**
 * A map of a file read by its zod type. Files are read piece by piece (a product, each dataset, each
 * check, each SLO), so that a slip in one does not hide the next: `known` holds the keys that are right
 * even where others are not, so that what they refer to is checked in the same run.
 */
export interface Piece<F> {
  /** Null when there was any problem. */
  readonly whole: F | null;
  readonly known: Readonly<Partial<F>>;
}

export interface PieceOptions {
  readonly notBuilt?: (typeof notBuilt)[keyof typeof notBuilt];
  /** Codes other than `TM_CONFIG_INVALID` for values of the wrong form, by key. */
  readonly codes?: Readonly<Record<string, ErrorCode>>;
  /** What to write instead of a key that belongs elsewhere. */
  readonly elsewhere?: Readonly<Record<string, string>>;
  /** Paths (joined by newlines, from the root) whose text came from `${…}`: a number may stand there as text. */
  readonly expanded?: ReadonlySet<string>;
  /** Paths whose `${…}` could not be resolved, which has been said already. */
  readonly unresolved?: ReadonlySet<string>;
}

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The key of `expanded` and `unresolved`. */
export function pathKey(path: readonly PropertyKey[]): string {
  return path.map(String).join("\n");
}

export function readPiece<T extends z.ZodObject>(
  type: T,
  value: unknown,
  at: Path,
  report: Report,
  options: PieceOptions = {},
): Piece<z.output<T>> {
  if (!isFields(value)) {
    const message = `${subject(at)} must be a map of keys, not ${kindOf(value)}`;
    report.error("TM_CONFIG_INVALID", at, message);
    return { whole: null, known: {} as Partial<z.output<T>> };
  }
  const { rest, refused } = refuseNotBuilt(value, options.notBuilt ?? [], at, report);
  const first = type.safeParse(rest, { error: zodWords });
  if (first.success) {
    return { whole: refused.size > 0 ? null : first.data, known: first.data };
  }
  const isTold = (path: readonly PropertyKey[]): boolean =>
    refused.has(String(path[0])) || options.unresolved?.has(pathKey([...at, ...path])) === true;
  const coerced = coerceExpanded(rest, first.error.issues, at, options.expanded);
  const result = coerced === null ? first : type.safeParse(coerced, { error: zodWords });
  if (result.success) {
    return { whole: result.data, known: result.data };
  }
  for (const issue of result.error.issues) {
    if (!isTold(issue.path)) {
      reportIssue(issue, coerced ?? rest, at, report, options);
    }
  }
  return { whole: null, known: salvage(type, coerced ?? rest) };
}

/** The keys that are right on their own. Refinements over several keys do not run. */
function salvage<T extends z.ZodObject>(type: T, value: Fields): Partial<z.output<T>> {
  const known: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(type.shape)) {
    const result = z.safeParse(field, value[key]);
    if (result.success && result.data !== undefined) {
      known[key] = result.data;
    }
  }
  return known as Partial<z.output<T>>;
}

/** Numbers and booleans where a `${…}` left text; null when there is none to turn. */
function coerceExpanded(
  value: Fields,
  issues: readonly z.core.$ZodIssue[],
  at: Path,
  expanded: ReadonlySet<string> | undefined,
): Fields | null {
  let copy: Fields | null = null;
  for (const issue of issues) {
    if (issue.code === "invalid_type" && expanded?.has(pathKey([...at, ...issue.path])) === true) {
      const text = String(valueAt(value, issue.path));
      const scalar =
        issue.expected === "boolean" ? booleanOf(text) : numberOf(text, issue.expected);
      copy = scalar === null ? copy : withValue(copy ?? value, issue.path.map(String), scalar);
    }
  }
  return copy;
}

function numberOf(text: string, expected: string): number | null {
  const isNumeric = expected === "number" || expected === "int";
  return isNumeric && /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;
}

function booleanOf(text: string): boolean | null {
  return text === "true" ? true : text === "false" ? false : null;
}

function withValue(value: unknown, path: readonly string[], scalar: unknown): Fields {
  const [key = "", ...rest] = path;
  const fields = isFields(value) ? value : {};
  return { ...fields, [key]: rest.length === 0 ? scalar : withValue(fields[key], rest, scalar) };
}

function reportIssue(
  issue: z.core.$ZodIssue,
  value: Fields,
  at: Path,
  report: Report,
  options: PieceOptions,
): void {
  const local = issue.path.map((segment) =>
    typeof segment === "number" ? segment : String(segment),
  );
  const path = [...at, ...local];
  if (issue.code === "unrecognized_keys") {
    for (const key of issue.keys) {
      reportUnknownKey(key, knownKeys(issue), path, report, options);
    }
    return;
  }
  if (issue.code === "invalid_key") {
    report.error("TM_CONFIG_INVALID", path, `${subject(path)} ${issue.message}`, { spot: "key" });
    return;
  }
  const written = valueAt(value, issue.path);
  if (written === undefined && local.length > 0) {
    const message = `${subject(path)} is missing`;
    report.error("TM_CONFIG_INVALID", path, message, { spot: "key" });
    return;
  }
  const code = options.codes?.[local.join(".")] ?? "TM_CONFIG_INVALID";
  const hint =
    issue.code === "invalid_value" && typeof written === "string"
      ? didYouMean(written, issue.values.map(String))
      : undefined;
  report.error(code, path, sentence(path, issue.message), { hint });
}

/** Our own words follow the key's name; those of a field's author may be a sentence of their own. */
function sentence(path: Path, message: string): string {
  return /^(?:must|is|has|cannot|needs) /.test(message)
    ? `${subject(path)} ${message}`
    : `${subject(path)}: ${message}`;
}

function reportUnknownKey(
  key: string,
  known: readonly string[],
  at: Path,
  report: Report,
  options: PieceOptions,
): void {
  const path = [...at, key];
  const slip = didYouMean(key, known);
  const allowed = known.length > 0 ? `allowed here: ${known.join(", ")}` : "no key is allowed here";
  const merge = key === "<<" ? "merge keys are not used; write the keys out" : undefined;
  const hint =
    options.elsewhere?.[key] ?? merge ?? (slip === undefined ? allowed : `${slip} ${allowed}`);
  const message = `${subject(path)} is not a key that is known here`;
  report.error("TM_CONFIG_UNKNOWN_KEY", path, message, { spot: "key", hint });
}
