import { type SqlType, spellings } from "./spellings.ts";
import { plainText, type Token, tokenize } from "./sql-tokens.ts";

/** Types nest at most this deep; beyond it they are compared as text. */
const deepest = 24;

/**
 * Reads a type as somebody spelled it: case and blanks do not matter outside quotes (but case does in
 * the names of a struct's fields), and equal meanings give equal results (`INT8` and `bigint`,
 * `timestamp(3) with time zone` and `timestamptz(3)`). What is not known comes back as `other` with its
 * normalised text. `typeNames` are a dialect's own (see `SqlDialect.typeNames`). Never throws.
 */
export function parseSqlType(
  text: string,
  typeNames: ReadonlyMap<string, string> = noNames,
): SqlType {
  const tokens = tokenize(text);
  const reader = new TypeReader(tokens, typeNames);
  const type = reader.type(0);
  return type !== null && reader.isAtEnd ? type : { kind: "other", text: plainText(tokens) };
}

const noNames: ReadonlyMap<string, string> = new Map();

/** What closes what a nested type opens: BigQuery writes `STRUCT<…>`, others `STRUCT(…)`. */
const closing: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["<", ">"],
]);

/** Recursive descent over one type; each method returns null where the text is of no known form. */
class TypeReader {
  readonly #tokens: readonly Token[];
  readonly #typeNames: ReadonlyMap<string, string>;
  #next = 0;

  constructor(tokens: readonly Token[], typeNames: ReadonlyMap<string, string>) {
    this.#tokens = tokens;
    this.#typeNames = typeNames;
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#tokens.length;
  }

  type(depth: number): SqlType | null {
    if (depth > deepest) {
      return null;
    }
    const base = this.#nested(depth) ?? this.#scalar();
    return base === null ? null : this.#arrays(base);
  }

  /** `struct(a int, "b c" text)`, `map(int, text)`, `array<struct<a int64>>`. */
  #nested(depth: number): SqlType | null {
    const name = this.#peek(0)?.text.toLowerCase();
    const close = closing.get(this.#peek(1)?.text ?? "");
    if (close === undefined) {
      return null;
    }
    if (name === "struct" || name === "row") {
      this.#next += 2;
      return this.#struct(depth, close);
    }
    if (name === "array") {
      this.#next += 2;
      const of = this.type(depth + 1);
      return of !== null && this.#take(close) ? { kind: "array", of, size: null } : null;
    }
    if (name === "map") {
      this.#next += 2;
      const key = this.type(depth + 1);
      const value = key !== null && this.#take(",") ? this.type(depth + 1) : null;
      return key !== null && value !== null && this.#take(close)
        ? { kind: "map", key, value }
        : null;
    }
    return null;
  }

  #struct(depth: number, close: string): SqlType | null {
    const fields: { readonly name: string; readonly type: SqlType }[] = [];
    do {
      const name = this.#peek(0);
      if (name?.kind !== "word" && name?.kind !== "quoted") {
        return null;
      }
      this.#next += 1;
      const type = this.type(depth + 1);
      if (type === null) {
        return null;
      }
      fields.push({ name: unquoted(name), type });
    } while (this.#take(","));
    return this.#take(close) ? { kind: "struct", fields } : null;
  }

  /** Words, parameters, words: `timestamp (3) with time zone`. */
  #scalar(): SqlType | null {
    const before = this.#words();
    const parameters = this.#parameters();
    const words = parameters === null ? null : [...before, ...this.#words()];
    if (words === null || parameters === null || before.length === 0) {
      return null;
    }
    const isArray = words.length > 1 && words.at(-1) === "array";
    const said = (isArray ? words.slice(0, -1) : words).join(" ");
    const name = this.#typeNames.get(said) ?? said;
    const type = spellings.get(name)?.(parameters) ?? otherScalar(name, parameters);
    return isArray ? { kind: "array", of: type, size: null } : type;
  }

  #words(): readonly string[] {
    const words: string[] = [];
    for (let token = this.#peek(0); token?.kind === "word"; token = this.#peek(0)) {
      words.push(token.text.toLowerCase());
      this.#next += 1;
    }
    return words;
  }

  #parameters(): readonly number[] | null {
    const numbers: number[] = [];
    if (!this.#take("(")) {
      return numbers;
    }
    do {
      const token = this.#peek(0);
      if (token?.kind !== "number") {
        return null;
      }
      numbers.push(Number(token.text));
      this.#next += 1;
    } while (this.#take(","));
    return this.#take(")") ? numbers : null;
  }

  #arrays(base: SqlType): SqlType | null {
    let type = base;
    for (let depth = 0; this.#take("["); depth += 1) {
      const size = this.#peek(0);
      this.#next += size?.kind === "number" ? 1 : 0;
      if (!this.#take("]") || depth > deepest) {
        return null;
      }
      type = { kind: "array", of: type, size: size?.kind === "number" ? Number(size.text) : null };
    }
    return type;
  }

  #peek(ahead: number): Token | undefined {
    return this.#tokens[this.#next + ahead];
  }

  #take(sign: string): boolean {
    const isThere = this.#peek(0)?.text === sign;
    this.#next += isThere ? 1 : 0;
    return isThere;
  }
}

function unquoted(token: Token): string {
  return token.kind === "quoted" ? token.text.slice(1, -1).replaceAll('""', '"') : token.text;
}

function otherScalar(name: string, parameters: readonly number[]): SqlType {
  const suffix = parameters.length === 0 ? "" : `(${parameters.join(",")})`;
  return { kind: "other", text: `${name}${suffix}` };
}
