import { stringify } from "yaml";
import type { RuleGroup } from "./rule.ts";

/** How a file begins that Tidemark may overwrite or remove. */
export const rulesHead = "# Written by `tidemark generate rules`, and overwritten by it.\n";

/** A rule file as text. Prometheus reads YAML 1.1: text that it would take for a number or a truth is quoted. */
export function writeRules(groups: readonly RuleGroup[]): string {
  const options = { schema: "yaml-1.1", lineWidth: 0, aliasDuplicateObjects: false } as const;
  return `${rulesHead}${stringify({ groups }, options)}`;
}
