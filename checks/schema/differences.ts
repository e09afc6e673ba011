import type { CatalogueColumn } from "../../src/core/measurement.ts";
import type { ColumnDefinition } from "../../src/core/mesh.ts";
import { parseSqlType } from "../_shared/sql-type.ts";
import { shown, shownName } from "../_shared/text.ts";
import { fitOf } from "./fits.ts";

/**
 * - breaking: a consumer who relies on the promise can be hurt;
 * - additive: something is there that was not promised;
 * - cosmetic: the catalogue says something else, and every value still keeps the promise.
 */
export type DifferenceClass = "breaking" | "additive" | "cosmetic";

export interface Difference {
  readonly class: DifferenceClass;
  /** A clause for people: `column "email" is missing`. */
  readonly text: string;
}

/**
 * Compares what the catalogue lists with what is promised: breaking differences first, each class in the
 * order of the promise, then of the catalogue. Names are compared exactly. The order of columns is no
 * promise.
 */
export function differencesOf(
  promised: ReadonlyMap<string, ColumnDefinition>,
  delivered: readonly CatalogueColumn[],
  typeNames?: ReadonlyMap<string, string>,
): readonly Difference[] {
  const byName = new Map(delivered.map((column) => [column.name, column]));
  const found = [...promised.values()].flatMap((column) => {
    const other = byName.get(column.name);
    return other === undefined ? [missing(column, delivered)] : changes(column, other, typeNames);
  });
  const added = newColumns(promised, delivered).map(addition);
  const all = [...found, ...added];
  const classes: readonly DifferenceClass[] = ["breaking", "additive", "cosmetic"];
  return classes.flatMap((one) => all.filter((difference) => difference.class === one));
}

/** Promised as never NULL, where the catalogue does not say whether NULL can occur. */
export function countUnjudgedNullability(
  promised: ReadonlyMap<string, ColumnDefinition>,
  delivered: readonly CatalogueColumn[],
): number {
  return delivered.filter(
    (column) => column.nullable === null && promised.get(column.name)?.nullable === false,
  ).length;
}

function missing(column: ColumnDefinition, delivered: readonly CatalogueColumn[]): Difference {
  const folded = column.name.toLowerCase();
  const near = delivered.find((other) => other.name.toLowerCase() === folded);
  const hint = near === undefined ? "" : ` (there is ${shownName(near.name)}; case counts)`;
  return { class: "breaking", text: `column ${shownName(column.name)} is missing${hint}` };
}

/**
 * Columns that nobody promised. A field of a struct, which some catalogues list as `address.city` behind `address`, is
 * part of its column: it is new where only other fields of that column are promised.
 */
function newColumns(
  promised: ReadonlyMap<string, ColumnDefinition>,
  delivered: readonly CatalogueColumn[],
): readonly CatalogueColumn[] {
  const structs = new Set(delivered.filter(hasFields).map(({ name }) => name));
  const isFieldPromised = (name: string) =>
    structs.has(name) && [...promised.keys()].some((other) => other.startsWith(`${name}.`));
  return delivered.filter(
    ({ name }) =>
      !promised.has(name) &&
      !isFieldPromised(name) &&
      pathsAround(name).every((around) => !structs.has(around) || isOpen(around)),
  );

  function isOpen(around: string): boolean {
    return !promised.has(around) && isFieldPromised(around);
  }
}

function hasFields({ type }: CatalogueColumn): boolean {
  let parsed = parseSqlType(type);
  while (parsed.kind === "array") {
    parsed = parsed.of;
  }
  return parsed.kind === "struct";
}

/** `a` and `a.b` of `a.b.c`. */
function pathsAround(name: string): readonly string[] {
  const parts = name.split(".");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("."));
}

function addition(column: CatalogueColumn): Difference {
  return {
    class: "additive",
    text: `column ${shownName(column.name)} (${shown(column.type)}) is new`,
  };
}

function changes(
  promised: ColumnDefinition,
  delivered: CatalogueColumn,
  typeNames: ReadonlyMap<string, string> | undefined,
): readonly Difference[] {
  return [
    typeChange(promised, delivered, typeNames),
    nullabilityChange(promised, delivered),
  ].filter((difference) => difference !== null);
}

function typeChange(
  promised: ColumnDefinition,
  delivered: CatalogueColumn,
  typeNames: ReadonlyMap<string, string> | undefined,
): Difference | null {
  const parse = (type: string) => parseSqlType(type, typeNames);
  const fit = fitOf(parse(promised.type), parse(delivered.type));
  if (fit === "same") {
    return null;
  }
  const types = `${shown(delivered.type)} instead of ${shown(promised.type)}`;
  return {
    class: fit === "narrower" ? "cosmetic" : "breaking",
    text: `${shownName(promised.name)} is ${types}`,
  };
}

function nullabilityChange(
  promised: ColumnDefinition,
  delivered: CatalogueColumn,
): Difference | null {
  if (promised.nullable === false && delivered.nullable === true) {
    return { class: "breaking", text: `${shownName(promised.name)} may be NULL` };
  }
  if (promised.nullable === true && delivered.nullable === false) {
    return { class: "cosmetic", text: `${shownName(promised.name)} is never NULL` };
  }
  return null;
}
