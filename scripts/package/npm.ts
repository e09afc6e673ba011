import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

const boundMs = 120_000;

/** What the registry has been asked for before is taken from npm's own store. */
const quick = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];

export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What would change what Node or npm do in another folder; where packages come from is kept. */
const dropped =
  /^(npm_(?!config_(registry|cafile|cache|userconfig)$)|NODE_(?!EXTRA_CA_CERTS$)|INIT_CWD$|PATH$)/i;

/** This process's environment without what `npm run` has put there, and with one Node only. */
export function environment(nodeFolder: string): Readonly<Record<string, string>> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !dropped.test(entry[0]),
  );
  const folders = (process.env["PATH"] ?? "").split(":");
  const path = folders.filter((folder) => !folder.includes("node_modules"));
  return { ...Object.fromEntries(kept), PATH: [nodeFolder, ...path].join(":") };
}

export async function run(
  command: string,
  args: readonly string[],
  { cwd, nodeFolder }: { readonly cwd: string; readonly nodeFolder: string },
): Promise<Ran> {
  const child = spawn(command, args, {
    cwd,
    env: environment(nodeFolder),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: boundMs,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  await once(child, "close");
  return { exitCode: child.exitCode, stdout, stderr };
}

/** Installs into a folder that is made for it. Throws with what npm said. */
export async function install(folder: string, ...wanted: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await npm(["install", ...quick, ...wanted], folder);
}

/** Builds and packs the repository; returns the tarball's path. */
export async function pack(repository: string, into: string): Promise<string> {
  const { stdout } = await npm(
    ["pack", "--loglevel=error", "--pack-destination", into],
    repository,
  );
  return `${into}/${stdout.trim().split("\n").at(-1)}`;
}

async function npm(args: readonly string[], cwd: string): Promise<Ran> {
  const ran = await run("npm", args, { cwd, nodeFolder: dirname(process.execPath) });
  if (ran.exitCode !== 0) {
    throw new Error(
      `npm ${args.join(" ")} ended with ${ran.exitCode}:\n${ran.stdout}${ran.stderr}`,
    );
  }
  return ran;
}
