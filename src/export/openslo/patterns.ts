/** The forms that OpenSLO v1 asks of names and keys, as its specification says and the official Go SDK enforces. */

const dnsLabel = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const labelKey = /^[a-zA-Z0-9](?:[-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/;

/** The longest prefix of an annotation's key: a DNS subdomain. */
const longestPrefix = 253;

/** A DNS label of RFC 1123: at most 63 lower-case letters, digits and inner hyphens. */
export function isDnsLabel(text: string): boolean {
  return dnsLabel.test(text);
}

export function isLabelKey(text: string): boolean {
  return labelKey.test(text);
}

/** A name as of a label, and before it a DNS subdomain and a slash, or nothing. */
export function isAnnotationKey(text: string): boolean {
  const slash = text.indexOf("/");
  const domain = slash === -1 ? null : text.slice(0, slash);
  return (
    isLabelKey(text.slice(slash + 1)) &&
    (domain === null || (domain.length <= longestPrefix && domain.split(".").every(isDnsLabel)))
  );
}

/** Local time in the form of Go's `time.DateTime`, on a day that exists. */
export function isDateTime(text: string): boolean {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(text);
  const ms = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(match?.[1] ?? "");
}
