import { writeFile } from "node:fs/promises";
import { makeReport } from "../app/report.ts";
import { TidemarkError } from "../core/errors.ts";
import { reportHtml } from "../export/report/html.ts";
import { reportJson } from "../export/report/json.ts";
import { reportText } from "../export/report/text.ts";
import type { CommandContext } from "./command-context.ts";
import { type Commands, withFormat, withSelectors } from "./commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

interface ReportOptions {
  readonly period: string;
  readonly timezone: string;
  readonly format: "text" | "json" | "html";
  readonly out?: string;
}

/** `tidemark report`: how the promises fared in a period, from the store. */
async function report(
  selectors: readonly string[],
  { period, timezone, format, out }: ReportOptions,
  { configPath, env, terminal, logger }: CommandContext,
): Promise<ExitCode> {
  const made = await makeReport({ configPath, env, logger, selectors, period, timezone });
  const text = {
    text: () => reportText(made),
    json: () => `${JSON.stringify(reportJson(made), null, 2)}\n`,
    html: () => reportHtml(made),
  }[format]();
  if (out === undefined) {
    terminal.out(text.trimEnd());
    return exitCodes.ok;
  }
  try {
    await writeFile(out, text);
  } catch (cause) {
    throw new TidemarkError("TM_OUTPUT_WRITE", `${out} cannot be written`, {
      hint: "Name a file in a folder that exists and may be written to.",
      cause,
    });
  }
  terminal.err(`wrote ${out}`);
  return exitCodes.ok;
}

export function declareReport(commands: Commands): void {
  const command = withFormat(
    withSelectors(
      commands.add("report", "Say how the promises fared in a period, from the store."),
    ),
    ["text", "json", "html"],
  )
    .requiredOption("--period <period>", "2026, 2026-Q3, 2026-10, 2026-W43, 2026-10-05, or 1h, 30d")
    .option("--timezone <zone>", "of the period and of the moments in the report", "UTC")
    .option("--out <file>", "where to; stdout unless said");
  commands.act(
    command,
    (selectors: string[], o: ReportOptions) => (context) => report(selectors, o, context),
  );
}
