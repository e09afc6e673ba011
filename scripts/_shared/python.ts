import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";

const installBoundMs = 300_000;

/**
 * Puts the packages of a requirements file into a Python environment of their own, once for as long as the file stays
 * as it is. Returns why there is none, or null when there is.
 */
export function setUpPython(folder: string, requirements: string): string | null {
  const wanted = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  const stamp = `${folder}/tidemark-requirements`;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) {
    return null;
  }
  rmSync(folder, { recursive: true, force: true });
  console.log(`installing the Python packages of ${basename(requirements)}…`);
  if (!succeeds("python3", ["-m", "venv", folder])) {
    return "python3 with its venv module is not there";
  }
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  if (!succeeds(`${folder}/bin/python`, [...install, "-r", requirements])) {
    return "its Python packages cannot be installed";
  }
  writeFileSync(stamp, wanted);
  return null;
}

function succeeds(command: string, args: readonly string[]): boolean {
  const { status } = spawnSync(command, args, { stdio: "inherit", timeout: installBoundMs });
  return status === 0;
}
