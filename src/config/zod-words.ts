import { z } from "zod";
import { listed } from "./problems.ts";

/** Between the names of keys that are allowed: it cannot occur in a key of the contract. */
const separator = "\n";

/**
 * What is wrong, in words that follow the key's name. Handed to zod as its error map, because only there
 * is the type at hand that says what would have been right. Never quotes the value: it may be a secret.
 * For unknown keys it returns the known ones, which `knownKeys` reads back.
 */
export function zodWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int" && typeof issue.input === "number"
        ? "must be a whole number"
        : `must be ${typeWords(issue.expected)}, not ${kindOf(issue.input)}`;
    case "invalid_value":
      return `must be ${listed(issue.values.map(String))}`;
    case "unrecognized_keys":
      return keysOf(issue.inst).join(separator);
    case "too_small":
      return sizeWords("at least", issue.origin, Number(issue.minimum), issue.inclusive !== false);
    case "too_big":
      return sizeWords("at most", issue.origin, Number(issue.maximum), issue.inclusive !== false);
    case "invalid_key":
      return issue.issues[0]?.message ?? "is not a valid name";
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_format":
    case "invalid_union":
    case "invalid_element":
    case "custom":
      return "is not in a form that is allowed here";
    default:
      return issue satisfies never;
  }
}

/** The keys that were allowed where an unknown one stood. */
export function knownKeys(issue: z.core.$ZodIssueUnrecognizedKeys): readonly string[] {
  return issue.message === "" ? [] : issue.message.split(separator);
}

/** What a value is, in the words of YAML. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) {
    return "empty";
  }
  if (Array.isArray(value)) {
    return "a list";
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    return String(value);
  }
  const words = new Map([
    ["string", "text"],
    ["boolean", "true or false"],
    ["number", "a number"],
  ]);
  return words.get(typeof value) ?? "a map of keys";
}

function typeWords(expected: string): string {
  switch (expected) {
    case "string":
      return "text";
    case "boolean":
      return "true or false";
    case "int":
      return "a whole number";
    case "number":
      return "a number";
    case "array":
      return "a list";
    default:
      return "a map of keys";
  }
}

function sizeWords(bound: string, origin: string, size: number, isInclusive: boolean): string {
  if (origin === "string") {
    return size === 1 && bound === "at least"
      ? "must not be empty"
      : `must have ${bound} ${size} characters`;
  }
  if (origin === "array" || origin === "set") {
    return `must have ${bound} ${size} ${size === 1 ? "entry" : "entries"}`;
  }
  if (!isInclusive) {
    return `must be ${bound === "at least" ? "more" : "less"} than ${size}`;
  }
  return `must be ${bound} ${size}`;
}

function keysOf(type: unknown): readonly string[] {
  return type instanceof z.ZodObject ? Object.keys(type.shape) : [];
}
