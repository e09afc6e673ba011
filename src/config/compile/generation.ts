import { createHash } from "node:crypto";
import type { DatasetSource } from "../../core/connector.ts";
import type { ColumnDefinition } from "../../core/mesh.ts";
import type { Severity } from "../../core/vocabulary.ts";
import { compareText } from "../problems.ts";

/** What a check measures and judges. */
export interface GenerationFacts {
  /** As written: relative globs, so that a mesh that moves to another folder keeps its history. */
  readonly source: DatasetSource;
  readonly filter: string | undefined;
  readonly timezone: string;
  readonly type: string;
  /** Normalised by the check type: `60m` and `1h` are equal. */
  readonly params: unknown;
  readonly severity: Severity;
  /** The promised columns, of checks that read the catalogue to compare them; else null. */
  readonly columns: ReadonlyMap<string, ColumnDefinition> | null;
}

/**
 * A hash of what is measured or judged: no hold, confirmation or pair of probes crosses a change of it.
 *
 * The severity is in it, because what one calls bad counts as good for the other, and a verdict must not be held
 * against a promise that it was not reached for. Left out are the texts for people (description, owner, links), and
 * the schedule and hold, which say when is looked and not at what. Left out too is the connection: its name and
 * address may change while the data stays.
 */
export function generationOf(facts: GenerationFacts): string {
  const columns =
    facts.columns === null
      ? null
      : [...facts.columns.values()]
          .map(({ name, type, nullable }) => [name, type, nullable] as const)
          .sort(([a], [b]) => compareText(a, b));
  // What is written by default is absent: so the generations that stores have kept stay what they are.
  const severity = facts.severity === "fail" ? undefined : facts.severity;
  return hashOf({ ...facts, filter: facts.filter?.trim() ?? null, severity, columns }).slice(0, 16);
}

/** SHA-256 in hex of a value, whatever the order of its keys. */
export function hashOf(value: unknown): string {
  return createHash("sha256").update(stableText(value)).digest("hex");
}

/** JSON with sorted keys; keys without a value count as absent, and maps and sets as lists. */
export function stableText(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "bigint") {
      return `${item}n`;
    }
    if (item instanceof Map || item instanceof Set) {
      return [...(item as Iterable<unknown>)];
    }
    if (typeof item === "object" && item !== null && !Array.isArray(item)) {
      return Object.fromEntries(Object.entries(item).sort(([a], [b]) => compareText(a, b)));
    }
    return item;
  });
}
