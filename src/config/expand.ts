import { isFields, pathKey } from "./piece.ts";
import type { Path, Report } from "./problems.ts";
import { expandedSections } from "./sections.ts";

export interface ExpandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a secret file, or in words why there is none. The path is relative to tidemark.yaml. */
  readSecret(path: string): Promise<{ readonly text: string } | { readonly problem: string }>;
}

export interface Expansion {
  readonly value: unknown;
  /** See `PieceOptions`. */
  readonly expanded: ReadonlySet<string>;
  readonly unresolved: ReadonlySet<string>;
}

/** A literal `$${`, a whole `${…}`, or one that never closes. */
const reference = /\$\$\{|\$\{([^}]*)\}|\$\{/g;

const variable = /^env:([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Expands `${env:…}` and `${file:…}` inside the parsed text of the sections that may hold them, and
 * refuses them elsewhere. Keys are never expanded, and no message repeats what a reference stands for.
 */
export async function expandDaemon(
  value: unknown,
  context: ExpandContext,
  report: Report,
): Promise<Expansion> {
  const state = { expanded: new Set<string>(), unresolved: new Set<string>() };
  if (!isFields(value)) {
    return { value, ...state };
  }
  const expanded: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, section] of Object.entries(value)) {
    if (expandedSections.includes(key)) {
      expanded[key] = await expandValue(section, [key], context, report, state);
    } else {
      expanded[key] = section;
      const hint = `they are expanded under ${expandedSections.join(", ")} only`;
      refuseReferences(section, [key], report, hint);
    }
  }
  return { value: expanded, ...state };
}

/** A product file belongs to a domain team and must not read the daemon's secrets. */
export function refuseReferencesInProduct(value: unknown, report: Report): void {
  refuseReferences(value, [], report, "put what is secret into a connection of tidemark.yaml");
}

function refuseReferences(value: unknown, path: Path, report: Report, hint: string): void {
  if (typeof value === "string") {
    if (/(?<!\$)\$\{(?:env|file):/.test(value)) {
      const message = "`${env:…}` and `${file:…}` are not allowed here";
      report.error("TM_CONFIG_EXPANSION", path, message, { hint });
    }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      refuseReferences(item, [...path, index], report, hint);
    }
  } else if (isFields(value)) {
    for (const [key, item] of Object.entries(value)) {
      refuseReferences(item, [...path, key], report, hint);
    }
  }
}

interface Marks {
  readonly expanded: Set<string>;
  readonly unresolved: Set<string>;
}

async function expandValue(
  value: unknown,
  path: Path,
  context: ExpandContext,
  report: Report,
  marks: Marks,
): Promise<unknown> {
  if (typeof value === "string") {
    return value.includes("${") ? expandText(value, path, context, report, marks) : value;
  }
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const [index, item] of value.entries()) {
      items.push(await expandValue(item, [...path, index], context, report, marks));
    }
    return items;
  }
  if (isFields(value)) {
    const record: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const [key, item] of Object.entries(value)) {
      record[key] = await expandValue(item, [...path, key], context, report, marks);
    }
    return record;
  }
  return value;
}

async function expandText(
  text: string,
  path: Path,
  context: ExpandContext,
  report: Report,
  marks: Marks,
): Promise<string> {
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(reference)) {
    parts.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    if (match[0] === "$${") {
      parts.push("${");
      continue;
    }
    const found = await resolve(match[1], context);
    if ("problem" in found) {
      report.error("TM_CONFIG_EXPANSION", path, found.problem, { hint: found.hint });
      marks.unresolved.add(pathKey(path));
      return text;
    }
    marks.expanded.add(pathKey(path));
    parts.push(found.text);
  }
  return [...parts, text.slice(end)].join("");
}

type Resolved =
  | { readonly text: string }
  | { readonly problem: string; readonly hint?: string | undefined };

async function resolve(inner: string | undefined, context: ExpandContext): Promise<Resolved> {
  const literal = "write `$${` for a literal `${`";
  if (inner === undefined) {
    return { problem: "a `${` is not closed by `}`", hint: literal };
  }
  const [, name, fallback] = variable.exec(inner) ?? [];
  if (name !== undefined) {
    const set = context.env[name];
    const text = fallback !== undefined && set === "" ? fallback : (set ?? fallback);
    return text === undefined
      ? {
          problem: `the environment variable \`${name}\` is not set`,
          hint: `set it, or give a default: \`\${env:${name}:-…}\``,
        }
      : { text };
  }
  if (inner.startsWith("file:")) {
    return context.readSecret(inner.slice("file:".length));
  }
  return {
    problem: "a reference is `${env:NAME}`, `${env:NAME:-default}` or `${file:path}`",
    hint: literal,
  };
}
