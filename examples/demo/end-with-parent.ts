/**
 * Loaded into the daemon before its own code. Its standard input is a pipe from the demo, which is closed
 * when the demo is gone: one that is killed cannot stop the daemon any more, so it stops itself.
 */
process.stdin.resume();
process.stdin.unref();
process.stdin.once("close", () => {
  process.kill(process.pid, "SIGTERM");
});
