import type { EpochMs } from "../../core/vocabulary.ts";
import type { Cursor } from "./cursor.ts";
import type { Facets } from "./reads.ts";

/** A query that cannot be answered. The message is told, and in our own words: nothing of the request is in it. */
export class BadQuery extends Error {}

/** Enough for a screen. */
const usualLimit = 50;

/** So that one answer neither holds the loop nor grows beyond some megabytes. */
const maxLimit = 200;

/** RFC 3339. A blank stands for the plus sign that it was before the query was decoded. */
const instantPattern =
  /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?)(Z|[+ -]\d{2}:\d{2})$/i;

/** As the web framework has parsed it: a list where a parameter was given more than once. */
export type RawQuery = Readonly<Record<string, unknown>>;

/** Throws `BadQuery` for a parameter that is not known, because a filter with a slip would answer too much. */
export function assertKnown(raw: RawQuery, known: readonly string[]): void {
  if (Object.keys(raw).some((name) => !known.includes(name))) {
    throw new BadQuery(
      known.length === 0
        ? "No query parameter is known here."
        : `Only these query parameters are known here: ${known.join(", ")}.`,
    );
  }
}

/** The parameters of one request, each given once and known to its route. */
export class Query {
  readonly #given: ReadonlyMap<string, string>;

  /** Throws `BadQuery`. */
  constructor(raw: RawQuery, known: readonly string[]) {
    assertKnown(raw, known);
    const given = new Map<string, string>();
    for (const [name, value] of Object.entries(raw)) {
      if (typeof value !== "string" || value === "") {
        throw new BadQuery(`\`${name}\` needs one value.`);
      }
      given.set(name, value);
    }
    this.#given = given;
  }

  /** Those that were given, but for the cursor: what the next page is asked with. */
  get kept(): URLSearchParams {
    return new URLSearchParams([...this.#given].filter(([name]) => name !== "cursor"));
  }

  limit(): number {
    const text = this.#given.get("limit");
    if (text === undefined) {
      return usualLimit;
    }
    const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (limit < 1 || limit > maxLimit) {
      throw new BadQuery(`\`limit\` is a whole number from 1 to ${maxLimit}.`);
    }
    return limit;
  }

  after<Position>(cursor: Cursor<Position>): Position | null {
    const text = this.#given.get("cursor");
    if (text === undefined) {
      return null;
    }
    const position = cursor.read(text);
    if (position === null) {
      throw new BadQuery("`cursor` is none of this list; take it from an answer's `next_cursor`.");
    }
    return position;
  }

  facets(): Facets {
    const facet = (name: keyof Facets): string | null => this.#given.get(name) ?? null;
    return {
      product: facet("product"),
      owner: facet("owner"),
      tier: facet("tier"),
      domain: facet("domain"),
    };
  }

  flag(name: string): boolean | null {
    const text = this.#given.get(name);
    if (text !== undefined && text !== "true" && text !== "false") {
      throw new BadQuery(`\`${name}\` is true or false.`);
    }
    return text === undefined ? null : text === "true";
  }

  instant(name: string): EpochMs | null {
    const text = this.#given.get(name);
    if (text === undefined) {
      return null;
    }
    const [, day = "", time = "", offset = ""] = instantPattern.exec(text) ?? [];
    const ms = Date.parse(`${day}T${time}${offset.toUpperCase().replace(" ", "+")}`);
    if (Number.isNaN(ms) || !isDay(day)) {
      throw new BadQuery(
        `\`${name}\` is an instant with its offset, such as 2026-01-05T06:00:00Z.`,
      );
    }
    return ms;
  }
}

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function isDay(day: string): boolean {
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}
