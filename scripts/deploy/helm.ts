import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Manifest, manifestsOf } from "./manifests.ts";
import { type Ran, runTool } from "./tools.ts";

/** The chart, as Helm renders it for a release `watch`. Nothing is installed. */
export class Chart {
  readonly folder: string;
  readonly #work: string;

  constructor(folder: string, work: string) {
    this.folder = folder;
    this.#work = work;
  }

  /** What Helm printed; further arguments follow the values. Throws when Helm is not there. */
  run(values: string, ...more: readonly string[]): Ran {
    const version = ["--kube-version", "1.33.0"];
    const ran = runTool(
      "helm",
      "template",
      "watch",
      this.folder,
      ...version,
      ...this.given(values),
      ...more,
    );
    if (ran === null) {
      throw new Error("helm is not installed");
    }
    return ran;
  }

  /** Throws with what Helm said when it refuses. */
  render(values: string, ...more: readonly string[]): readonly Manifest[] {
    const { exitCode, stdout, text } = this.run(values, ...more);
    if (exitCode !== 0) {
      throw new Error(`helm template ended with ${exitCode}:\n${text}`);
    }
    return manifestsOf(stdout);
  }

  /** The arguments that hand Helm these values. */
  given(values: string): readonly string[] {
    const file = join(this.#work, "values.yaml");
    writeFileSync(file, values);
    return ["-f", file];
  }
}
