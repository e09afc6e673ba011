import { spawnSync } from "node:child_process";

const boundMs = 240_000;

/** What Go printed on stdout; in words why it did not, where it or its module proxy cannot be reached. */
export function runGo(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { readonly stdout: string } | { readonly problem: string } {
  const { status, stdout, error } = spawnSync("go", args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, GOFLAGS: "-mod=mod", GOWORK: "off", ...env },
    timeout: boundMs,
  });
  if (error !== undefined && "code" in error && error.code === "ENOENT") {
    return { problem: "Go, which fetches it, is not installed" };
  }
  return status === 0 ? { stdout } : { problem: `go ${args.join(" ")} has not succeeded` };
}
