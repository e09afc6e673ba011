import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { TemporaryFolder } from "../helpers/folder.ts";
import { startSnowflake, users } from "../helpers/snowflake.ts";

const child = fileURLToPath(new URL("snowflake-driver-child.ts", import.meta.url));

test("the driver is loaded on first use, calls nobody else, and leaves no log and no process behind", async () => {
  await using running = await startSnowflake();
  await using folder = await TemporaryFolder.make();
  await using home = await TemporaryFolder.make();
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [child, running.server.origin, users.password],
    {
      cwd: folder.path,
      env: { ...process.env, HOME: home.path, SNOWFLAKE_DISABLE_MINICORE: "as the user has it" },
    },
  );
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({
    wasLoaded: false,
    isLoaded: true,
    rows: [["here"]],
    called: ["127.0.0.1"],
    files: [],
    detection: "true",
    minicore: "as the user has it",
  });
  expect(running.server.requests.filter(({ path }) => path.includes("telemetry"))).toEqual([]);
});
