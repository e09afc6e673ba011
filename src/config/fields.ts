import { z } from "zod";

/** A name in lower case: dots, slashes and colons are separators of ids and targets. */
const namePattern = /^[a-z0-9][a-z0-9_-]{0,127}$/;

const nameMessage =
  "must be lower-case letters, digits, `_` and `-`, the first a letter or digit, at most 128 in all";

export const nameField = z
  .string()
  .regex(namePattern, nameMessage)
  .meta({ description: "A name: lower-case letters, digits, `_` and `-`." });

/** One line of text for people. */
export const labelField = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, "must be a single line");

const dayMessage = "must be a day such as `2026-12-25`";

/** A day of the calendar, as it is written. */
export const dayField = z
  .string(dayMessage)
  .regex(/^\d{4}-\d\d-\d\d$/, { error: dayMessage, abort: true })
  .refine((text) => isRealDay(text), { error: "is no day of the calendar" });

/** Whether a text begins with a day that exists: `Date.parse` takes 31 February for 3 March. */
export function isRealDay(text: string): boolean {
  const day = text.slice(0, 10);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}

const formerMessage = "must be a name, or a list of names";

/** What something was called before. */
export const renamedFromField = z
  .union([nameField, z.array(nameField).min(1).max(10)], { error: formerMessage })
  .optional()
  .meta({
    description: "The name, or names, that it had before: its history goes on under the new one.",
    examples: ["orders_v1", ["orders_v1", "orders_v2"]],
  });

/** Text for people, over as many lines as they like. */
export const proseField = z.string().min(1).max(10_000);

/** An address that a browser opens: it ends up as a link in notices. */
export const linkField = z
  .string()
  .max(2_000)
  .refine((text) => /^https?:\/\/[^\s]+$/i.test(text) && URL.canParse(text), {
    error: "must be an address that starts with `https://` or `http://`",
  });

export const versionField = z
  .literal(1)
  .meta({ description: "The version of the file's form. Always 1." });

export const alertField = z.enum(["page", "ticket", "none"]);

export const severityField = z.enum(["fail", "warn"]);

/** Kinds of one thing, told apart by `type`. */
export function oneOf(kinds: readonly z.ZodObject[]): z.ZodType {
  const [first, ...rest] = kinds;
  return first === undefined ? z.never() : z.discriminatedUnion("type", [first, ...rest]);
}
