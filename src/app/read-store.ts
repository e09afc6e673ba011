import type { ConfigurationLoader } from "../config/load.ts";
import type { Logger } from "../core/logger.ts";
import type { Mesh } from "../core/mesh.ts";
import type { Store } from "../core/store.ts";
import { openSqliteStore } from "../store/sqlite/store.ts";
import { startingMesh } from "./starting-mesh.ts";

/**
 * Reads the store of a mesh, or with `command` writes a little to it, beside the daemon that may be writing to it.
 * Like the daemon it goes by the last good configuration while the one on disk is broken. Throws `TidemarkError`.
 */
export async function withStore<T>(
  loader: ConfigurationLoader,
  configPath: string,
  logger: Logger,
  use: (mesh: Mesh, store: Store) => Promise<T>,
  access: "readOnly" | "command" = "readOnly",
): Promise<T> {
  const opened: Store[] = [];
  try {
    const { mesh, store } = await startingMesh(loader, configPath, logger, async (path) => {
      const one = await openSqliteStore(path, { access, logger });
      opened.push(one);
      return one;
    });
    return await use(mesh, store);
  } finally {
    await Promise.all(opened.map((store) => store[Symbol.asyncDispose]()));
  }
}
