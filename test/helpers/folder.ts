import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Of folders that are not disposed of yet. */
const paths = new Set<string>();
process.once("exit", () => {
  for (const path of paths) {
    rmSync(path, { recursive: true, force: true });
  }
});

/** A folder of its own under the system's temporary one. Disposing of it removes it, and so does this process' end. */
export class TemporaryFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
    paths.add(path);
  }

  static async make(): Promise<TemporaryFolder> {
    return new TemporaryFolder(await mkdtemp(join(tmpdir(), "tidemark-")));
  }

  at(path: string): string {
    return join(this.path, path);
  }

  /** Writes files whole: a reader sees the old text or the new one, and never a half. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      const target = this.at(path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(`${target}.new`, text);
      await rename(`${target}.new`, target);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
    paths.delete(this.path);
  }
}
