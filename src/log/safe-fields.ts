import { ConnectorError } from "../core/connector.ts";
import { TidemarkError } from "../core/errors.ts";
import type { LogFields } from "../core/logger.ts";

const maxTextLength = 2000;
const maxItems = 100;
const maxDepth = 5;
const redacted = "[redacted]";

/** Names, in lower case and without separators, whose values are secrets wherever they occur in a key. */
const secretNames =
  /password|passwd|passphrase|pwd|secret|token|apikey|accesskey|privatekey|authorization|credential|cookie|connectionstring|dsn/;

/** Keys that the logger writes itself; a second one in a line would hide the first. */
const reservedKeys: ReadonlySet<string> = new Set(["level", "time", "msg"]);

/**
 * Makes fields fit to be written: secrets by name, credentials in addresses and everything of a foreign
 * error but its code are taken out; what remains is bounded. The last line of defence, no licence to
 * hand in secrets. Never throws.
 */
export function safeFields(fields: LogFields): Record<string, unknown> {
  return safeObject(fields, 0, (key) => (reservedKeys.has(key) ? `${key}_` : key));
}

/** Text without control characters, which could forge a line on a terminal, and without credentials. */
export function safeText(text: string): string {
  const bounded = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;
  return bounded
    .replace(/\p{Cc}+/gu, " ")
    .replace(/\/\/[^\s/]*@/g, `//${redacted}@`)
    .replace(/([\w-]*(?:password|secret|token|api_?key)[\w-]*)=[^&\s]+/gi, `$1=${redacted}`)
    .toWellFormed();
}

function safeObject(
  object: object,
  depth: number,
  nameOf: (key: string) => string,
): Record<string, unknown> {
  const entries = Object.keys(object)
    .slice(0, maxItems)
    .map((key) => [nameOf(safeText(key)), safeProperty(object, key, depth)]);
  // From entries, because an assignment to `__proto__` would be no property.
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function safeProperty(object: object, key: string, depth: number): unknown {
  if (secretNames.test(key.toLowerCase().replace(/[^a-z]/g, ""))) {
    return redacted;
  }
  try {
    return safeValue((object as Readonly<Record<string, unknown>>)[key], depth + 1);
  } catch {
    return "[unreadable]";
  }
}

function safeValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") {
    return safeText(value);
  }
  if (typeof value === "bigint") {
    return value.toString();
  }
  if (typeof value !== "object" || value === null) {
    return typeof value === "function" || typeof value === "symbol" ? `[${typeof value}]` : value;
  }
  if (value instanceof Error) {
    return safeError(value);
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  }
  if (value instanceof URL) {
    return safeText(value.href);
  }
  return safeStructure(value, depth);
}

function safeStructure(value: object, depth: number): unknown {
  if (depth >= maxDepth) {
    return "[nested]";
  }
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.slice(0, maxItems).map((item) => safeValue(item, depth + 1));
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  // Instances may hold anything, a pool its password for one, so that only their kind is told.
  return prototype === Object.prototype || prototype === null
    ? safeObject(value, depth, (key) => key)
    : "[object]";
}

/** Our own errors in our own words. Of a foreign one the kind, code and place: its message may quote a row or a secret. */
function safeError(error: Error): Record<string, unknown> {
  if (error instanceof TidemarkError) {
    return defined({ code: error.code, message: error.message, hint: error.hint });
  }
  if (error instanceof ConnectorError) {
    const { kind, code, message, hint } = error.failure;
    return defined({ kind, code, message, hint });
  }
  const code = "code" in error ? error.code : undefined;
  return defined({
    type: /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : "Error",
    code: typeof code === "string" && /^[A-Za-z0-9_]{1,60}$/.test(code) ? code : undefined,
    stack: framesOf(error),
  });
}

/** Where an error was thrown, without the message that a stack begins with. */
function framesOf(error: Error): readonly string[] | undefined {
  const header = `${error.name}: ${error.message}\n`;
  if (error.stack?.startsWith(header) !== true) {
    return undefined;
  }
  const lines = error.stack.slice(header.length).split("\n");
  const areFrames = lines.every((line) => /^ {4}at /.test(line));
  return areFrames ? lines.slice(0, 8).map((line) => safeText(line.trim())) : undefined;
}

function defined(fields: Readonly<Record<string, string | readonly string[] | undefined>>) {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === "string" ? safeText(value) : value]),
  );
}
