import { readFileSync } from "node:fs";

/** For a child's NODE_OPTIONS: makes it write what it loads to the file MODULE_TRACE. */
export const traceModules = `--import=${new URL("module-trace.ts", import.meta.url).href}`;

/** The packages of which a traced process has loaded a file; throws where it wrote no trace. */
export function packagesIn(tracePath: string): ReadonlySet<string> {
  const names = readFileSync(tracePath, "utf8")
    .split("\n")
    .flatMap((url) => /.*\/node_modules\/(@[^/]+\/[^/]+|[^/]+)/u.exec(url)?.[1] ?? []);
  return new Set(names);
}
