import { Command, CommanderError, Option } from "commander";
import { openLog } from "../app/log.ts";
import { version } from "../app/version.ts";
import { declareBacktest } from "./backtest.ts";
import { declareCheck } from "./check.ts";
import { Commands, type Perform } from "./commands.ts";
import { declareDoctor } from "./doctor.ts";
import { declareExclude } from "./exclude-commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import { declareGenerate } from "./generate.ts";
import { declareImport } from "./import.ts";
import { declareInit } from "./init.ts";
import { declarePlan } from "./plan.ts";
import { declareReport } from "./report.ts";
import { declareSchema } from "./schema.ts";
import { declareServe } from "./serve.ts";
import { declareSlo } from "./slo-replay.ts";
import { declareStatus } from "./status.ts";
import { openTerminal } from "./terminal.ts";
import { declareValidate } from "./validate.ts";

/** In the order in which help lists them. */
const declarations = [
  declareInit,
  declareValidate,
  declarePlan,
  declareCheck,
  declareServe,
  declareStatus,
  declareReport,
  declareBacktest,
  declareExclude,
  declareSlo,
  declareDoctor,
  declareSchema,
  declareGenerate,
  declareImport,
];

/** Runs one command and returns the process's exit code. Never throws. */
export async function run(argv: readonly string[], signal: AbortSignal): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const program = describe(async (options, work) => {
    const terminal = openTerminal({ color: options.color });
    try {
      const logger = openLog({ level: options.logLevel, format: options.logFormat });
      const context = { configPath: options.config, env: process.env, terminal, logger, signal };
      exitCode = await work(context);
    } catch (error) {
      exitCode = reportFailure(error, terminal);
    }
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end by throwing as well, with code 0.
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    }
    return reportFailure(error, openTerminal({ color: true }));
  }
}

function describe(perform: Perform): Command {
  const program = new Command("tidemark")
    .description("Keeps watch over data products: freshness, volume and schema promises as SLOs.")
    .version(version)
    .option("-c, --config <file>", "the daemon's configuration", "tidemark.yaml")
    .addOption(
      new Option("--log-level <level>", "what is logged to stderr")
        .choices(["debug", "info", "warn", "error", "silent"])
        .default("info"),
    )
    .addOption(
      new Option("--log-format <format>", "how the log is written")
        .choices(["json", "pretty"])
        .default(process.stderr.isTTY ? "pretty" : "json", "pretty on a terminal, else json"),
    )
    .option("--no-color", "no colours")
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, "error TM_USAGE: ")),
    });
  const commands = new Commands(program, perform);
  for (const declare of declarations) {
    declare(commands);
  }
  return program;
}
