import { z } from "zod";

/** Settings of a connection of type `duckdb`. Without `path` there is no database, and only files are read. */
export const config = z.strictObject({
  path: z.string().min(1).optional().meta({
    description:
      "A DuckDB database file, relative to tidemark.yaml. It is opened read-only, only while a probe runs.",
  }),
  memory_limit: z
    .string()
    .regex(/^\d+(\.\d+)? ?([KMGT]i?B)$/i, "must be a size such as 512MB or 2GB")
    .default("1GB")
    .meta({
      description:
        "Memory that all queries of this connection share. Nothing is spilled to disk: a query that needs more fails.",
    }),
  threads: z.int().min(1).max(256).optional().meta({
    description: "Threads that queries run on. By default the host's processors, at most four.",
  }),
});

export type DuckdbConfig = z.output<typeof config>;
