import { defineConfig } from "vitest/config";
import tests from "./vitest.config.ts";

/** What runs on emulators of warehouses, which `npm run test:emulators` sets up first. */
export default defineConfig({
  test: { ...tests.test, include: ["test/emulators/**/*.test.ts"], exclude: [] },
});
