#!/usr/bin/env node
import { run } from "./cli/program.ts";

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort());
process.exitCode = await run(process.argv.slice(2), interrupt.signal);
