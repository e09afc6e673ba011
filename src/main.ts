#!/usr/bin/env node
import { exitCodes } from "./cli/exit-codes.ts";
import { leaveSoon } from "./cli/leave.ts";
import { nodeRefusal } from "./cli/node-version.ts";

// A reader that goes away, as `| head` does, ends no watch and is nobody's fault.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") {
      throw error;
    }
  });
}

const refusal = nodeRefusal(process.versions.node);
if (refusal !== null) {
  process.stderr.write(`${refusal}\n`);
  process.exit(exitCodes.usage);
}

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => interrupt.abort());
}
// Only now: an older Node would end with a stack trace over the first module that it does not have.
const { run } = await import("./cli/program.ts");
process.exitCode = await run(process.argv.slice(2), interrupt.signal);
leaveSoon();
