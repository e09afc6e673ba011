import { readFile, stat } from "node:fs/promises";
import { join, posix, relative, resolve, sep } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { compareText } from "./problems.ts";

/** A configuration file of a person is a few kilobytes; anything beyond is a mistake, and never read. */
const largestBytes = 1024 * 1024;

/** A token, password or key with its certificates. */
const largestSecretBytes = 64 * 1024;

export type FileText = { readonly text: string } | { readonly problem: string };

/** Reads a configuration file as UTF-8, or says in words why it cannot be read. */
export function readConfigurationFile(path: string): Promise<FileText> {
  return readText(path, largestBytes, "1 MiB");
}

/** Reads a secret; the newline that editors put at the end is dropped. */
export async function readSecretFile(path: string): Promise<FileText> {
  const read = await readText(path, largestSecretBytes, "64 KiB");
  return "text" in read ? { text: read.text.replace(/\r?\n$/, "") } : read;
}

/** Size and kind are asked for first: a pipe would never end, and a large file would fill the memory. */
async function readText(path: string, limit: number, limitWords: string): Promise<FileText> {
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) {
      return { problem: "is a directory, not a file" };
    }
    if (!facts.isFile()) {
      return { problem: "is not an ordinary file" };
    }
    if (facts.size > limit) {
      const megabytes = (facts.size / 1024 / 1024).toFixed(1);
      return { problem: `is too large to be read: ${megabytes} MiB of at most ${limitWords}` };
    }
    const bytes = await readFile(path);
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    return { problem: readProblem(error) };
  }
}

function readProblem(error: unknown): string {
  if (error instanceof TypeError) {
    return "is not UTF-8 text";
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "does not exist";
    case "EACCES":
    case "EPERM":
      return "is not readable: permission is denied";
    case "ELOOP":
      return "is a symbolic link that leads to itself";
    default:
      return `cannot be read${code === "" ? "" : ` (${code})`}`;
  }
}

/**
 * The files that the globs name, relative to `baseDir`, each once and in the order of their names. A
 * directory that a glob of YAML files names is kept, so that reading it says what is wrong; a path
 * without glob characters is kept whether it exists or not.
 */
export async function findProductFiles(
  baseDir: string,
  patterns: readonly string[],
): Promise<readonly string[]> {
  const plain = patterns.filter(
    (pattern) => !isDynamicPattern(pattern) && !pattern.startsWith("!"),
  );
  const globs = patterns.filter((pattern) => !plain.includes(pattern));
  const found = await glob(globs, {
    cwd: baseDir,
    onlyFiles: false,
    expandDirectories: false,
    followSymbolicLinks: true,
  });
  const files = found.filter((path) => !path.endsWith("/") || /\.ya?ml\/$/.test(path));
  const paths = [...files, ...plain].map((path) => relativePath(baseDir, path));
  return [...new Set(paths)].sort(compareText);
}

function relativePath(baseDir: string, path: string): string {
  return relative(baseDir, resolve(baseDir, path)).split(sep).join(posix.sep);
}

/** How a file is named to the user: beside the path that tidemark.yaml was given by. */
export function shownPath(folder: string, path: string): string {
  return folder === "" || folder === "." ? path : join(folder, path);
}
