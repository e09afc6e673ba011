import { join } from "node:path";
import { z } from "zod";
import { runGo } from "./go.ts";

/** The operator's releases whose definitions are used, with the hashes that Go's checksum database has of them. */
const releases = [
  { version: "v0.66.0", sum: "h1:Jj4mbGAkfBbTih6ait03f2vUjEHB7Kb4gnlAmWu7AJ0=" },
  { version: "v0.85.0", sum: "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=" },
] as const;

const downloaded = z.looseObject({ Dir: z.string(), Sum: z.string() });

interface Definitions {
  readonly version: string;
  /** Of the kinds that the chart makes. */
  readonly paths: readonly string[];
}

/**
 * The CustomResourceDefinitions of the Prometheus Operator, which stand beside its source in its Go module, or in words
 * why there are none.
 */
export function operatorDefinitions(
  folder: string,
): readonly Definitions[] | { readonly problem: string } {
  const found: Definitions[] = [];
  for (const { version, sum } of releases) {
    const wanted = `github.com/prometheus-operator/prometheus-operator@${version}`;
    const ran = runGo(folder, ["mod", "download", "-json", wanted]);
    if ("problem" in ran) {
      return ran;
    }
    const { Dir, Sum } = downloaded.parse(JSON.parse(ran.stdout));
    if (Sum !== sum) {
      throw new Error(`${wanted} is another than was pinned: ${Sum}`);
    }
    const paths = ["servicemonitors", "prometheusrules"].map((name) =>
      join(Dir, `example/prometheus-operator-crd/monitoring.coreos.com_${name}.yaml`),
    );
    found.push({ version, paths });
  }
  return found;
}
