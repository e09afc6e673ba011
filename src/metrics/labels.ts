/** Longest label value that is exported, in UTF-16 code units. */
const maxLabelLength = 256;

/** What stands in an exposition as it is: most names, and so they cost no more than one look. */
const plain = /^[ !#-[\]-~]*$/;

/** A label value as it stands between quotes in an exposition. */
export function labelText(value: unknown): string {
  if (typeof value === "string" && value.length <= maxLabelLength && plain.test(value)) {
    return value;
  }
  return labelValue(value).replace(/["\\]/g, "\\$&");
}

/**
 * Makes a label value of anything: text without control characters, well-formed and bounded. prom-client
 * escapes strings only, so that an array (as pg returns for `text[]`) could otherwise smuggle in a line.
 */
export function labelValue(value: unknown): string {
  // Cut before it is searched as well, so that a value of a megabyte costs no more than a short one.
  const bounded = textOf(value).slice(0, 4 * maxLabelLength);
  return bounded
    .replace(/\p{Cc}/gu, "")
    .slice(0, maxLabelLength)
    .toWellFormed();
}

function textOf(value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  if (value === null || value === undefined) {
    return "";
  }
  try {
    const text: unknown = JSON.stringify(value);
    return typeof text === "string" ? text : "unprintable";
  } catch {
    // A circle, a bigint, or a toJSON that throws.
    return "unprintable";
  }
}
