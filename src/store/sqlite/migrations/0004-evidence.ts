import type { Migration } from "./migration.ts";

/** How each verdict was come by; not known of results from before. */
export const evidence: Migration = {
  version: 4,
  sql: `
    ALTER TABLE results ADD COLUMN evidence TEXT CHECK (evidence IS NULL OR json_valid(evidence));
  `,
};
