import { type CheckOnceReport, checkOnce } from "../app/check-once.ts";
import { loadMesh } from "../app/configuration.ts";
import { evidenceDocument } from "../app/documents.ts";
import { TidemarkError } from "../core/errors.ts";
import type { CommandContext } from "./command-context.ts";
import { type Commands, withFormat, withSelectors } from "./commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { printProblems } from "./failure.ts";
import { outcomeStyles, type Terminal, table } from "./terminal.ts";

interface CheckOptions {
  readonly format: "text" | "json" | "junit";
  readonly record?: boolean;
}

/** `tidemark check`: runs the checks once and says how they came out. */
async function check(
  selectors: readonly string[],
  options: CheckOptions,
  { configPath, env, terminal, logger, signal }: CommandContext,
): Promise<ExitCode> {
  refuseUnbuilt(options);
  const { mesh, warnings } = await loadMesh(configPath, env);
  printProblems(warnings, terminal);
  const report = await checkOnce(mesh, {
    selectors,
    signal,
    logger,
    onProgress: (done, all) => terminal.progress(`${done}/${all} checks`),
  });
  terminal.progress("");
  if (options.format === "json") {
    terminal.out(JSON.stringify(jsonOf(report), null, 2));
  } else {
    printText(report, terminal);
  }
  return exitCodeOf(report, signal);
}

function refuseUnbuilt({ format, record }: CheckOptions): void {
  if (format === "junit") {
    throw new TidemarkError("TM_NOT_SUPPORTED", "`--format junit` is not built yet");
  }
  if (record === true) {
    throw new TidemarkError("TM_NOT_SUPPORTED", "`--record` is not built yet");
  }
}

function exitCodeOf({ summary }: CheckOnceReport, signal: AbortSignal): ExitCode {
  if (signal.aborted) {
    return exitCodes.interrupted;
  }
  if (summary.fail > 0) {
    return exitCodes.failed;
  }
  return summary.error > 0 ? exitCodes.unmeasured : exitCodes.ok;
}

function printText({ runs, summary, startedMs, finishedMs }: CheckOnceReport, terminal: Terminal) {
  const checks = runs.flatMap((run) => run.checks);
  const rows = checks.map(({ check: { id }, result }) => [result.outcome, id, result.summary]);
  if (rows.length > 0) {
    terminal.out(
      table(rows, (cell, row, column) => {
        const outcome = checks[row]?.result.outcome;
        return column === 0 && outcome !== undefined
          ? terminal.paint(outcomeStyles[outcome], cell)
          : cell;
      }),
    );
  }
  for (const {
    check: { id },
    result,
  } of checks) {
    if (result.failure?.hint !== undefined) {
      terminal.out(`\n${id}: ${result.failure.kind}\n  ${result.failure.hint}`);
    }
  }
  const counts = Object.entries(summary)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`);
  const seconds = ((finishedMs - startedMs) / 1000).toFixed(1);
  terminal.out(`\n${counts.length === 0 ? "no checks" : counts.join(", ")} in ${seconds} s`);
}

/** The contract's JSON form. */
function jsonOf({ runs, summary, startedMs, finishedMs }: CheckOnceReport) {
  return {
    version: 1,
    started_at: new Date(startedMs).toISOString(),
    finished_at: new Date(finishedMs).toISOString(),
    summary,
    results: runs.flatMap((run) =>
      run.checks.map(({ check: one, result, evidence }) => ({
        id: one.id,
        product: one.product,
        dataset: run.dataset.name,
        check: one.name,
        type: one.type,
        severity: one.severity,
        outcome: result.outcome,
        summary: result.summary,
        measured: result.measured,
        expected: result.expected,
        ...(result.failure === undefined
          ? {}
          : {
              failure: {
                kind: result.failure.kind,
                message: result.failure.message,
                hint: result.failure.hint ?? null,
                code: result.failure.code ?? null,
              },
            }),
        evidence: evidenceDocument(evidence),
        started_at: new Date(run.startedMs).toISOString(),
        duration_ms: run.durationMs,
      })),
    ),
  };
}

export function declareCheck(commands: Commands): void {
  const command = withFormat(withSelectors(commands.add("check", "Run the checks once.")), [
    "text",
    "json",
    "junit",
  ]).option("--record", "write the results to the store (not built yet)");
  commands.act(
    command,
    (selectors: string[], o: CheckOptions) => (context) => check(selectors, o, context),
  );
}
