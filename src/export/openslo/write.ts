import { stringify } from "yaml";
import type { Document } from "./documents.ts";

const head = "# Written by `tidemark generate openslo`, and overwritten by it.\n";

/**
 * Several documents as one YAML text. Text that YAML 1.1 would read as a date, a number or a truth is quoted: most
 * tools around OpenSLO read that version.
 */
export function writeDocuments(documents: readonly Document[]): string {
  const options = { schema: "yaml-1.1", lineWidth: 0 } as const;
  return `${head}${documents.map((document) => `---\n${stringify(document, options)}`).join("")}`;
}
