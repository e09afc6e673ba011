import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { StrictReporter } from "./test/helpers/strict-reporter.ts";

export default defineConfig({
  test: {
    // Named folders only: by default compiled tests under dist would run as well.
    include: ["test/**/*.test.ts"],
    // They need Python, and have a command of their own: `npm run test:emulators`.
    exclude: ["test/emulators/**"],
    setupFiles: ["test/helpers/property-seed.ts"],
    reporters: ["default", new StrictReporter()],
    // Some start a dozen processes, on machines that may be slow and shared.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Several suites start a Postgres of their own.
    maxWorkers: 2,
    // Many tests start the command from source: a third of the time when its types are stripped once.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/tidemark-tests") },
  },
});
