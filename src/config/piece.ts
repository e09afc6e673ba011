import { z } from "zod";
import type { ErrorCode } from "../core/errors.ts";
import { type notBuilt, refuseNotBuilt } from "./not-built.ts";
import { type Path, type Report, subject } from "./problems.ts";
import { didYouMean, nearest } from "./suggest.ts";
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
  /** Names to suggest for values that look like slips, by key. */
  readonly near?: Readonly<Record<string, () => readonly string[]>>;
  /** Keys that belong elsewhere, or have another name here. */
  readonly elsewhere?: Readonly<Record<string, Elsewhere>>;
  /** Paths (joined by newlines, from the root) whose text came from `${…}`: a number may stand there as text. */
  readonly expanded?: ReadonlySet<string>;
  /** Paths whose `${…}` could not be resolved, which has been said already. */
  readonly unresolved?: ReadonlySet<string>;
}

interface Elsewhere {
  readonly hint: string;
  /** The key that was meant. */
  readonly instead?: string;
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
    const isEmptyFile = value === null && at.length === 0;
    const message = `${subject(at)} must be a map of keys, not ${kindOf(value)}`;
    report.error("TM_CONFIG_INVALID", at, isEmptyFile ? "the file is empty" : message);
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
  const { issues } = result.error;
  const meant = meantKeys(issues, options);
  for (const issue of issues) {
    const isMeant = meant.has(pathKey(issue.path)) && valueAt(rest, issue.path) === undefined;
    if (!isTold(issue.path) && !isMeant) {
      reportIssue(issue, coerced ?? rest, at, report, options);
    }
  }
  return { whole: null, known: salvage(type, coerced ?? rest) };
}

/** What unknown keys are slips of: to call those missing as well would be to tell one slip twice. */
function meantKeys(
  issues: readonly z.core.$ZodIssue[],
  options: PieceOptions,
): ReadonlySet<string> {
  const meant = new Set<string>();
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") {
      continue;
    }
    for (const key of issue.keys) {
      const name = options.elsewhere?.[key]?.instead ?? nearest(key, knownKeys(issue));
      if (name !== null) {
        meant.add(pathKey([...issue.path, name]));
      }
    }
  }
  return meant;
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
    const isExpanded = expanded?.has(pathKey([...at, ...issue.path])) === true;
    if (issue.code === "invalid_type" && isExpanded && issue.path.every(isKey)) {
      const text = String(valueAt(value, issue.path));
      const scalar =
        issue.expected === "boolean" ? booleanOf(text) : numberOf(text, issue.expected);
      copy = scalar === null ? copy : withValue(copy ?? value, issue.path, scalar);
    }
  }
  return copy;
}

function isKey(segment: PropertyKey): segment is string {
  return typeof segment === "string";
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
  const near =
    issue.code === "invalid_value"
      ? issue.values.map(String)
      : (options.near?.[local.join(".")]?.() ?? []);
  const hint = typeof written === "string" ? didYouMean(written, near) : undefined;
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
    options.elsewhere?.[key]?.hint ??
    merge ??
    (slip === undefined ? allowed : `${slip} ${allowed}`);
  const message = `${subject(path)} is not a key that is known here`;
  report.error("TM_CONFIG_UNKNOWN_KEY", path, message, { spot: "key", hint });
}
