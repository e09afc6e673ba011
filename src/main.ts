#!/usr/bin/env node
import { leaveSoon } from "./cli/leave.ts";
import { run } from "./cli/program.ts";

// A reader that goes away, as `| head` does, ends no watch and is nobody's fault.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") {
      throw error;
    }
  });
}

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => interrupt.abort());
}
process.exitCode = await run(process.argv.slice(2), interrupt.signal);
leaveSoon();
