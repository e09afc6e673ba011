import type { CallOptions } from "../../src/core/connector.ts";

/** What of a call its statements' comments, tags and labels tell. */
export type Asking = Pick<CallOptions, "label" | "checks">;

const longestLabel = 120;
const longestChecks = 60;

/**
 * `tidemark orders/orders checks=fresh,enough 5f2c`. The checks stand before the label's last word, which is the id that
 * a statement is found by. Of a name only characters are kept that can neither end nor nest a comment.
 */
export function askedBy({ label, checks = [] }: Asking): string {
  const cut = label.slice(0, longestLabel);
  const end = cut.lastIndexOf(" ") + 1;
  const names = checks.length === 0 ? [] : [shownChecks(checks)];
  const parts = end === 0 ? [cut, ...names] : [cut.slice(0, end - 1), ...names, cut.slice(end)];
  return ["tidemark", ...parts].join(" ").replaceAll(/[^A-Za-z0-9 ._:/@=,+-]/g, "_");
}

/** The comment that goes with every statement, so that whoever looks at the warehouse sees who asks. */
export function queryComment(asking: Asking): string {
  return `/* ${askedBy(asking)} */`;
}

/** As many names as fit, and how many others there are: `checks=fresh,enough,+3`. */
function shownChecks(checks: readonly string[]): string {
  let shown = "";
  let named = 0;
  for (const name of checks) {
    const more = named === 0 ? name.slice(0, longestChecks) : `${shown},${name}`;
    if (more.length > longestChecks) {
      break;
    }
    shown = more;
    named += 1;
  }
  const rest = checks.length - named;
  return `checks=${shown}${rest > 0 ? `,+${rest}` : ""}`;
}
