import { stringify } from "yaml";
import type { RuleGroup } from "./rule.ts";

const head = "# Written by `tidemark generate rules`, and overwritten by it.\n";

/** A rule file as text. Prometheus reads YAML 1.1: text that it would take for a number or a truth is quoted. */
export function writeRules(groups: readonly RuleGroup[]): string {
  const options = { schema: "yaml-1.1", lineWidth: 0, aliasDuplicateObjects: false } as const;
  return `${head}${stringify({ groups }, options)}`;
}

/** Whether a file is what was written of a product: one that somebody copied or renamed has groups of another. */
export function isOfProduct(text: string, product: string): boolean {
  const groups = [...text.matchAll(/^ {2}- name: (.*)$/gm)].map(([, name]) => name ?? "");
  return text.startsWith(head) && groups.every((one) => one.startsWith(`tidemark-slo-${product}.`));
}
