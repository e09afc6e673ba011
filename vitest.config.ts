import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Named folders only: by default compiled tests under dist would run as well.
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores, and several suites start a Postgres of their own.
    maxWorkers: 2,
    globalSetup: [],
  },
});
