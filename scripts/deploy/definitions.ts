import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";

const boundMs = 120_000;

/** The operator's releases whose definitions are used, with the hashes that Go's checksum database has of them. */
const releases: readonly { readonly version: string; readonly sum: string }[] = [
  { version: "v0.66.0", sum: "h1:Jj4mbGAkfBbTih6ait03f2vUjEHB7Kb4gnlAmWu7AJ0=" },
  { version: "v0.85.0", sum: "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=" },
];

const downloaded = z.looseObject({ Dir: z.string(), Sum: z.string() });

export interface Definitions {
  readonly version: string;
  /** Of the kinds that the chart makes. */
  readonly paths: readonly string[];
}

/**
 * The CustomResourceDefinitions of the Prometheus Operator, which stand beside its source in its Go module. In words
 * why there are none, where Go or its module proxy cannot be reached.
 */
export function operatorDefinitions(
  folder: string,
): readonly Definitions[] | { readonly problem: string } {
  const found: Definitions[] = [];
  for (const { version, sum } of releases) {
    const wanted = `github.com/prometheus-operator/prometheus-operator@${version}`;
    const { status, stdout, error } = spawnSync("go", ["mod", "download", "-json", wanted], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, GOFLAGS: "-mod=mod", GOWORK: "off" },
      timeout: boundMs,
    });
    if (error !== undefined && "code" in error && error.code === "ENOENT") {
      return { problem: "Go, which fetches them, is not installed" };
    }
    if (status !== 0) {
      return { problem: `Go's module proxy has not given ${wanted}` };
    }
    const { Dir, Sum } = downloaded.parse(JSON.parse(stdout));
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
