/**
 * Runs the statements of every check type on emulators of warehouses: `npm run test:emulators`. Their Python packages
 * are put into environments of their own under node_modules/.cache, once. Where Python or its package index cannot
 * be reached nothing is run, and that is said; the exit code is then 0, and 1 when a test fails.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { environmentOf } from "../test/emulators/emulator.ts";
import { setUpPython } from "./_shared/python.ts";

const emulators = ["bigquery", "snowflake"];

const skipped = emulators.flatMap((name) => {
  const reason = setUp(name);
  return reason === null ? [] : [{ name, reason }];
});
for (const { name, reason } of skipped) {
  console.log(`NOT RUN on an emulator: ${name}: ${reason}`);
}
const ready = emulators.filter((name) => !skipped.some((one) => one.name === name));
process.exitCode = ready.length === 0 ? 0 : run(ready);

/** Why there is no environment for the emulator, or null when there is one. */
function setUp(name: string): string | null {
  const requirements = fileURLToPath(
    new URL(`../test/emulators/requirements-${name}.txt`, import.meta.url),
  );
  return setUpPython(environmentOf(name), requirements);
}

function run(names: readonly string[]): number {
  const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url));
  // What they cannot show is a file of its own beside: `<name>-limits.test.ts`.
  const files = names.map((name) => `test/emulators/${name}`);
  const args = [vitest, "run", "--config", "vitest.emulators.config.ts", ...files];
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  return spawnSync(process.execPath, args, { cwd, stdio: "inherit" }).status ?? 1;
}
