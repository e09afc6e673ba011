/**
 * Enough of GoogleSQL for what the connector and its suite say, as DuckDB reads it. It proves that statements are quoted
 * and sent right, not that BigQuery's functions mean the same.
 *
 * What is turned: remarks, texts with backslashes, names in backticks, names of types, and `unnest(…) as name`, which
 * names a value. Functions that DuckDB lacks are macros, see `macros`.
 */

interface Token {
  readonly kind: "blank" | "text" | "name" | "word" | "sign";
  /** As written; of a text and of a name in backticks, what it stands for. */
  readonly text: string;
}

export interface Translated {
  /** As `statistics.query.statementType` says it. */
  readonly statementType: string;
  /** Each statement in DuckDB's words. */
  readonly statements: readonly string[];
  /** The parts of every name behind FROM and the like. */
  readonly tables: readonly (readonly string[])[];
}

export class SqlError extends Error {}

const types: ReadonlyMap<string, string> = new Map([
  ["INT64", "BIGINT"],
  ["FLOAT64", "DOUBLE"],
  ["STRING", "VARCHAR"],
  ["BOOL", "BOOLEAN"],
  ["BYTES", "BLOB"],
  ["BIGNUMERIC", "DECIMAL"],
  ["NUMERIC", "DECIMAL"],
  ["TIMESTAMP", "TIMESTAMPTZ"],
  ["DATETIME", "TIMESTAMP"],
]);

/** Made for each connection. `%` of a number below zero is below zero in both. */
export const macros = `
  create or replace temp macro unix_millis(moment) as
    (epoch_us(moment) // 1000 - cast(epoch_us(moment) % 1000 < 0 as bigint));
  create or replace temp macro div(a, b) as (a // b);
  create or replace temp macro generate_array(a, b) as generate_series(a, b);`;

const pattern =
  /\s+|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|`(?:\\[\s\S]|[^`\\])*`|'(?:\\[\s\S]|[^'\\])*'|"(?:\\[\s\S]|[^"\\])*"|[\p{L}_][\p{L}\p{N}_]*|\d+(?:\.\d+)?|[\s\S]/gu;

export function translate(sql: string): Translated {
  const tokens = tokenize(sql);
  const statements = split(tokens);
  const [first = []] = statements;
  return {
    statementType: statements.length > 1 ? "SCRIPT" : typeOf(first),
    statements: statements.map(spell),
    tables: tablesOf(tokens),
  };
}

/** The parts of every name behind FROM and the like, whatever else is wrong with the statement. */
export function tablesIn(sql: string): readonly (readonly string[])[] {
  return tablesOf(tokenize(sql));
}

function tokenize(sql: string): readonly Token[] {
  return [...sql.matchAll(pattern)].map(([text]): Token => {
    if (/^(\s|--|#|\/\*)/.test(text)) {
      return { kind: "blank", text };
    }
    if (text.length > 1 && text.startsWith("`")) {
      return { kind: "name", text: unescape(text) };
    }
    if (text.length > 1 && /^['"]/.test(text)) {
      return { kind: "text", text: unescape(text) };
    }
    return { kind: /^[\p{L}_]/u.test(text) ? "word" : "sign", text };
  });
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

function unescape(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\([\s\S])/g, (_, one: string) => escapes.get(one) ?? one);
}

function split(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const statements: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === "sign" && token.text === ";") {
      statements.push([]);
    } else {
      statements.at(-1)?.push(token);
    }
  }
  return statements.filter((statement) => statement.some(({ kind }) => kind !== "blank"));
}

function typeOf(statement: readonly Token[]): string {
  const words = statement
    .filter(({ kind, text }) => kind === "word" || text !== "(")
    .filter(({ kind }) => kind === "word" || kind === "sign")
    .map(({ text }) => text.toUpperCase());
  const [verb = "", object = ""] = words;
  if (verb === "SELECT" || verb === "WITH") {
    return "SELECT";
  }
  return ["CREATE", "DROP", "ALTER"].includes(verb) ? `${verb}_${object}` : verb;
}

function spell(statement: readonly Token[]): string {
  const spelled = statement.map((token, place) => spellToken(token, statement, place));
  return nameValues(statement, spelled).join("");
}

function spellToken({ kind, text }: Token, all: readonly Token[], place: number): string {
  if (kind === "text") {
    return `'${text.replaceAll("'", "''")}'`;
  }
  if (kind === "name") {
    return `"${text.replaceAll('"', '""')}"`;
  }
  if (kind === "blank") {
    return text.startsWith("#") ? `--${text.slice(1)}` : text;
  }
  if (kind === "sign") {
    return text;
  }
  const upper = text.toUpperCase();
  if (upper === "TEXT" && before(all, place)?.text.toUpperCase() === "AS") {
    throw new SqlError("Type not found: text");
  }
  const parameters = upper === "NUMERIC" && all[place + 1]?.text !== "(" ? "(38, 9)" : "";
  return `${types.get(upper) ?? text}${types.has(upper) ? parameters : ""}`;
}

function before(all: readonly Token[], place: number): Token | undefined {
  return all.slice(0, place).findLast(({ kind }) => kind !== "blank");
}

/** `unnest(…) as a` becomes `unnest(…) as a(a)`. */
function nameValues(statement: readonly Token[], spelled: readonly string[]): readonly string[] {
  const out = [...spelled];
  const solid = statement.flatMap((token, place) =>
    token.kind === "blank" ? [] : [{ ...token, place }],
  );
  for (const [index, { text }] of solid.entries()) {
    if (text.toUpperCase() !== "UNNEST") {
      continue;
    }
    let depth = 0;
    let end = index + 1;
    for (; end < solid.length; end += 1) {
      depth += solid[end]?.text === "(" ? 1 : solid[end]?.text === ")" ? -1 : 0;
      if (depth === 0) {
        break;
      }
    }
    const name = solid[end + 2];
    if (solid[end + 1]?.text.toUpperCase() === "AS" && name !== undefined) {
      out[name.place] = `${name.text}(${name.text})`;
    }
  }
  return out;
}

const leading = new Set(["FROM", "JOIN", "INTO", "UPDATE", "TABLE", "VIEW"]);

function tablesOf(tokens: readonly Token[]): readonly (readonly string[])[] {
  const solid = tokens.filter(({ kind }) => kind !== "blank");
  const found: string[][] = [];
  for (const [index, { kind, text }] of solid.entries()) {
    if (kind !== "word" || !leading.has(text.toUpperCase())) {
      continue;
    }
    const parts: string[] = [];
    for (let next = index + 1; next < solid.length; next += 2) {
      const part = solid[next];
      if (part?.kind !== "name" && part?.kind !== "word") {
        break;
      }
      parts.push(part.text);
      if (solid[next + 1]?.text !== ".") {
        break;
      }
    }
    if (parts.length > 0 && parts[0]?.toUpperCase() !== "UNNEST") {
      found.push(parts);
    }
  }
  return found;
}
