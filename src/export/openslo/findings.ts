/** Keys and list positions from the root of a YAML document to a value. */
export type Path = readonly (string | number)[];

/** Something that breaks a rule, and where. */
export interface Finding {
  readonly path: Path;
  readonly spot: "key" | "value";
  readonly message: string;
}

export type Report = (path: Path, message: string, spot?: Finding["spot"]) => void;

/** Reads the keys of one map, saying everything that is wrong with them. `null` counts as absent, as in Go's JSON. */
export class FieldReader {
  readonly path: Path;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #report: Report;
  readonly #known = new Set<string>();

  private constructor(fields: object, path: Path, report: Report) {
    this.#fields = fields as Readonly<Record<string, unknown>>;
    this.path = path;
    this.#report = report;
  }

  /** Null after saying that it is no map. */
  static of(value: unknown, path: Path, report: Report): FieldReader | null {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return new FieldReader(value, path, report);
    }
    report(path, `${subject(path)} must be a map of keys`);
    return null;
  }

  /** The value of a key, undefined when absent; from here on the key is known. */
  value(key: string): unknown {
    this.#known.add(key);
    const value = Object.hasOwn(this.#fields, key) ? this.#fields[key] : undefined;
    return value === null ? undefined : value;
  }

  has(key: string): boolean {
    return this.value(key) !== undefined;
  }

  /** `rule` returns what is wrong with the text, or null. */
  text(key: string, rule: (text: string) => string | null = () => null): string | undefined {
    const value = this.value(key);
    if (value === undefined) {
      return undefined;
    }
    if (typeof value !== "string") {
      return this.#refuse(key, "must be text; quotes make it so");
    }
    const objection = rule(value);
    return objection === null ? value : this.#refuse(key, objection);
  }

  /** Empty text is as good as none to the official SDK. */
  requiredText(key: string, rule?: (text: string) => string | null): string | undefined {
    const isMissing = !this.has(key) || this.value(key) === "";
    return isMissing ? this.missing(key) : this.text(key, rule);
  }

  number(key: string, rule: (number: number) => string | null = () => null): number | undefined {
    const value = this.value(key);
    if (value === undefined) {
      return undefined;
    }
    if (typeof value !== "number" || !Number.isFinite(value)) {
      return this.#refuse(key, "must be a number");
    }
    const objection = rule(value);
    return objection === null ? value : this.#refuse(key, objection);
  }

  flag(key: string): boolean | undefined {
    const value = this.value(key);
    return value === undefined || typeof value === "boolean"
      ? value
      : this.#refuse(key, "must be true or false");
  }

  map(key: string): FieldReader | null {
    const value = this.value(key);
    return value === undefined ? null : FieldReader.of(value, [...this.path, key], this.#report);
  }

  requiredMap(key: string): FieldReader | null {
    return this.has(key) ? this.map(key) : (this.missing(key) ?? null);
  }

  /** The items that are maps. Null when absent or no list. */
  maps(key: string): readonly FieldReader[] | null {
    const value = this.value(key);
    if (value === undefined) {
      return null;
    }
    if (!Array.isArray(value)) {
      this.#refuse(key, "must be a list");
      return null;
    }
    return (value as unknown[]).flatMap(
      (item, index) => FieldReader.of(item, [...this.path, key, index], this.#report) ?? [],
    );
  }

  /** The keys of a map that people name themselves. */
  get keys(): readonly string[] {
    return Object.keys(this.#fields);
  }

  missing(key: string): undefined {
    this.#report(this.path, `\`${key}\` is missing`, "key");
  }

  refuse(key: string, objection: string, spot: Finding["spot"] = "value"): void {
    this.#refuse(key, objection, spot);
  }

  /** About the map as a whole. */
  say(message: string): void {
    this.#report(this.path, message, "key");
  }

  /** Exactly one of the keys; or, when `isOptional`, at most one. */
  oneOf(keys: readonly string[], isOptional = false): void {
    const given = keys.filter((key) => this.has(key));
    const names = keys.map((key) => `\`${key}\``).join(" and ");
    if (given.length > 1) {
      this.say(`${names} exclude one another`);
    } else if (given.length === 0 && !isOptional) {
      this.say(`one of ${names} must be given`);
    }
  }

  /** Says which keys nobody asked for. To be called last. */
  close(): void {
    for (const key of this.keys.filter((one) => !this.#known.has(one))) {
      const near = [...this.#known].find((one) => one.toLowerCase() === key.toLowerCase());
      const hint =
        near === undefined ? `known: ${[...this.#known].join(", ")}` : `did you mean \`${near}\`?`;
      this.#report([...this.path, key], `\`${shown(key)}\` is not known here; ${hint}`, "key");
    }
  }

  #refuse(key: string, objection: string, spot: Finding["spot"] = "value"): undefined {
    this.#report([...this.path, key], `\`${shown(key)}\` ${objection}`, spot);
  }
}

/** The key that a path ends in. */
function subject(path: Path): string {
  const last = path.findLastIndex((segment) => typeof segment === "string");
  const indexes = path.slice(last + 1).map((index) => `[${index}]`);
  return last === -1 ? "an object" : `\`${shown(String(path[last]))}${indexes.join("")}\``;
}

/** A key of a file, bounded and on one line, so that it cannot forge a line of the output. */
function shown(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, "�");
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
