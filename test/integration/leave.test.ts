import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const child = fileURLToPath(new URL("leave-child.ts", import.meta.url));

test("a process ends soon after its work, with all that it wrote, although something would keep it", async () => {
  const running = spawn(process.execPath, [child], { stdio: ["ignore", "pipe", "inherit"] });
  const [written] = await Promise.all([text(running.stdout), once(running, "exit")]);
  expect([written.length, running.exitCode]).toEqual([1_000_000, 3]);
});
