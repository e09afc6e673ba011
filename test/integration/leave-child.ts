/** Ends its work with exit code 3, while something would keep it for an hour. */
import { leaveSoon } from "../../src/cli/leave.ts";

setTimeout(() => undefined, 3_600_000);
process.stdout.write("x".repeat(1_000_000));
process.exitCode = 3;
leaveSoon();
