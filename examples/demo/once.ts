import { openTerminal, outcomeStyles, table } from "../../src/cli/terminal.ts";
import { type CheckReport, checkReport, differences, readExpected } from "./expectation.ts";
import { runTidemark } from "./tidemark.ts";
import { openWorkspace } from "./workspace.ts";

/** Loads the data, runs every check once, and says how they came out. 0 when all did as declared, else 1. */
export async function runOnce(): Promise<number> {
  const expected = await readExpected();
  await using workspace = await openWorkspace();
  const config = ["--config", workspace.configPath, "--log-level", "warn"];
  const finished = await runTidemark(["check", "--format", "json", ...config]);
  process.stderr.write(finished.stderr);
  if (finished.stdout === "") {
    console.error(`\`tidemark check\` ended with exit code ${finished.exitCode} and no results.`);
    return 1;
  }
  const report = checkReport.parse(JSON.parse(finished.stdout));
  print(report);
  const found = differences(expected, report);
  if (found.length > 0) {
    console.error(`\nNot as examples/demo/expected.yaml declares:\n  ${found.join("\n  ")}`);
    return 1;
  }
  console.log(
    `\nAll ${report.results.length} outcomes are as examples/demo/expected.yaml declares. Those that are no pass:`,
  );
  for (const { id, outcome } of report.results.filter((result) => result.outcome !== "pass")) {
    console.log(`  ${outcome}  ${id}\n        ${expected[id]?.why ?? ""}`);
  }
  return 0;
}

function print({ results }: CheckReport): void {
  const terminal = openTerminal({ color: true });
  console.log(
    table(
      results.map(({ outcome, id, summary }) => [outcome, id, summary]),
      (cell, row, column) => {
        const outcome = results[row]?.outcome;
        return column === 0 && outcome !== undefined
          ? terminal.paint(outcomeStyles[outcome], cell)
          : cell;
      },
    ),
  );
}
