/** Fails a run in which a test was skipped, and closes it with a plain line that any CI can read. */
import type { Reporter, TestModule } from "vitest/node";

export class StrictReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    const skipped: string[] = [];
    for (const module of modules) {
      if (module.state() === "failed" && module.errors().length > 0) {
        counts.failed += 1;
      }
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state] += 1;
        if (state === "skipped") {
          skipped.push(`${module.moduleId}: ${test.fullName}`);
        }
      }
    }
    for (const name of skipped) {
      process.stdout.write(`skipped, which counts as a failure: ${name}\n`);
    }
    if (skipped.length > 0) {
      process.exitCode = 1;
    }
    process.stdout.write(`\n${counts.passed} passed, ${counts.failed + counts.skipped} failed\n`);
  }
}
