/** Powers of 1000, or with an `i` of 1024 (IEC 80000-13), as DuckDB reads them too. */
const prefixes = ["", "K", "M", "G", "T", "P"] as const;

/** Digits are bounded so that a hostile text costs nothing. In any case of letters without a flag, which JSON Schema lacks. */
export const bytesPattern = /^(\d{1,16})(?:\.(\d{1,3}))? ?(?:([KMGTPkmgtp])([Ii])?)?[Bb]$/;

/**
 * Reads `10GB`, `500MiB` or `1.5 TB`, rounded down to a whole byte. Null for anything else, a bare number and a size
 * above 2^53 − 1 bytes included.
 */
export function parseBytes(text: string): number | null {
  const match = bytesPattern.exec(text);
  if (match === null) {
    return null;
  }
  const [, whole = "", decimals = "", letter = "", binary] = match;
  const power = prefixes.findIndex((one) => one === letter.toUpperCase());
  const unit = (binary === undefined ? 1000 : 1024) ** power;
  const thousandths = Number(decimals.padEnd(3, "0")) * unit;
  const bytes = Number(whole) * unit + Math.floor(thousandths / 1000);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** Three digits in powers of 1000, rounded to the nearest: `999B`, `1.23GB`, `10GB`. */
export function formatBytes(bytes: number): string {
  let power = 0;
  let value = bytes;
  // From 999.5 on three digits would be a thousand of this unit.
  while (value >= 999.5 && power < prefixes.length - 1) {
    value /= 1000;
    power += 1;
  }
  const text = value >= 999.5 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
  return `${text}${prefixes[power] ?? ""}B`;
}
