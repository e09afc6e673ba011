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
