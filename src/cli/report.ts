import { writeFile } from "node:fs/promises";
import { makeReport } from "../app/report.ts";
import { TidemarkError } from "../core/errors.ts";
import { reportHtml } from "../export/report/html.ts";
import { reportJson } from "../export/report/json.ts";
import { reportText } from "../export/report/text.ts";
import type { CommandContext } from "./command-context.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

export interface ReportOptions {
  readonly period: string;
  readonly timezone: string;
  readonly format: "text" | "json" | "html";
  readonly out?: string;
}

/** `tidemark report`: how the promises fared in a period, from the store. */
export async function report(
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
  } catch (error) {
    throw new TidemarkError("TM_USAGE", `The report cannot be written to ${out}.`, {
      hint: "Name a file in a folder that exists and may be written to.",
      cause: error,
    });
  }
  terminal.err(`wrote ${out}`);
  return exitCodes.ok;
}
