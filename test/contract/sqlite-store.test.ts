import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { silentLogger } from "../helpers/silent-logger.ts";
import { describeStore } from "./store-suite.ts";

describeStore("sqlite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-store-"));
  return {
    open: () =>
      openSqliteStore(join(folder, "state.db"), { access: "serve", logger: silentLogger }),
    remove: () => rm(folder, { recursive: true }),
  };
});
