import { Argument, Command, CommanderError, Option } from "commander";
import { type LogLevel, openLog } from "../app/log.ts";
import { version } from "../app/version.ts";
import { type BacktestOptions, backtest } from "./backtest.ts";
import { type CheckOptions, check } from "./check.ts";
import type { CommandContext } from "./command-context.ts";
import { doctor } from "./doctor.ts";
import {
  type ExcludeAddOptions,
  type ExcludeEndOptions,
  type ExcludeListOptions,
  type ExcludeWithdrawOptions,
  excludeAdd,
  excludeEnd,
  excludeList,
  excludeWithdraw,
} from "./exclude.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import { type Generated, type GenerateOptions, generate, generated } from "./generate.ts";
import { type ImportOptions, importFiles } from "./import.ts";
import { init } from "./init.ts";
import { plan } from "./plan.ts";
import { type ReportOptions, report } from "./report.ts";
import { type SchemaOptions, schema } from "./schema.ts";
import { serve } from "./serve.ts";
import { sloReplay } from "./slo-replay.ts";
import { type StatusOptions, status } from "./status.ts";
import { openTerminal } from "./terminal.ts";
import { type ValidateOptions, validate } from "./validate.ts";

interface GlobalOptions {
  readonly config: string;
  readonly logLevel: LogLevel;
  readonly logFormat: "json" | "pretty";
  readonly color: boolean;
}

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

type Work = (context: CommandContext) => Promise<ExitCode> | ExitCode;

function describe(perform: (options: GlobalOptions, work: Work) => Promise<void>): Command {
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
  const act =
    <A extends readonly unknown[]>(command: Command, work: (...args: A) => Work) =>
    async (...args: A): Promise<void> =>
      perform(command.optsWithGlobals<GlobalOptions>(), work(...args));

  const command = (name: string, description: string): Command =>
    program.command(name).description(description).exitOverride();
  const format = (of: Command, choices: readonly string[]): Command =>
    of.addOption(new Option("--format <format>", "output").choices(choices).default("text"));
  const selectors = (of: Command): Command =>
    of.argument("[selector...]", "product[/dataset[/check]], owner:…, domain:…, tier:…, with *");

  const initCommand = command("init", "Write a small working mesh to start from.");
  initCommand
    .argument("[dir]", "where to", ".")
    .action(act(initCommand, (dir: string) => (context) => init(dir, context)));

  const validateCommand = format(
    command("validate", "Check every file and say every problem at once."),
    ["text", "json", "github"],
  );
  validateCommand
    .option("--strict", "fail on warnings")
    .action(act(validateCommand, (o: ValidateOptions) => (context) => validate(o, context)));

  const planCommand = selectors(command("plan", "Print the queries that would run; run none."));
  planCommand.action(act(planCommand, (chosen: string[]) => (context) => plan(chosen, context)));

  const checkCommand = format(selectors(command("check", "Run the checks once.")), [
    "text",
    "json",
    "junit",
  ]);
  checkCommand
    .option("--record", "write the results to the store (not built yet)")
    .action(
      act(
        checkCommand,
        (chosen: string[], o: CheckOptions) => (context) => check(chosen, o, context),
      ),
    );

  const serveCommand = command("serve", "Watch, export metrics and alert, until stopped.");
  serveCommand.action(act(serveCommand, () => serve));

  const statusCommand = format(
    selectors(command("status", "Show SLOs, budgets and open incidents, from the store.")),
    ["text", "json"],
  );
  statusCommand.action(
    act(
      statusCommand,
      (chosen: string[], o: StatusOptions) => (context) => status(chosen, o, context),
    ),
  );

  const reportCommand = format(
    selectors(command("report", "Say how the promises fared in a period, from the store.")),
    ["text", "json", "html"],
  );
  reportCommand
    .requiredOption("--period <period>", "2026, 2026-Q3, 2026-10, 2026-W43, 2026-10-05, or 1h, 30d")
    .option("--timezone <zone>", "of the period and of the moments in the report", "UTC")
    .option("--out <file>", "where to; stdout unless said")
    .action(
      act(
        reportCommand,
        (chosen: string[], o: ReportOptions) => (context) => report(chosen, o, context),
      ),
    );

  const doctorCommand = command("doctor", "Reach each connection and notifier in stages.");
  doctorCommand.action(act(doctorCommand, () => doctor));

  const schemaCommand = command("schema", "Print the JSON Schema of both files, for editors.");
  schemaCommand
    .addOption(new Option("--of <file>", "only one of them").choices(["daemon", "product"]))
    .action(act(schemaCommand, (o: SchemaOptions) => (context) => schema(o, context)));

  const sloCommand = command("slo", "Objectives, from outside the daemon.");
  const replayCommand = sloCommand
    .command("replay")
    .description("Evaluate one SLO over given observations and print JSON.")
    .argument("<file>", "the scenario, JSON or YAML; - for standard input")
    .exitOverride();
  replayCommand.action(act(replayCommand, (file: string) => (context) => sloReplay(file, context)));

  const backtestCommand = format(
    command("backtest", "Try thresholds on the data's own past, and propose a promise."),
    ["text", "json"],
  );
  backtestCommand
    .argument("<target>", "product/dataset/check, or product/dataset with --type and --column")
    .addOption(
      new Option("--type <type>", "what to try on a dataset").choices(["freshness", "volume"]),
    )
    .option("--column <name>", "the time column; that of the check unless said")
    .option("--days <n>", "how far to look back", "90")
    .option("--until <end>", "a day, an instant, or newest: the end of the data; now unless said")
    .action(
      act(
        backtestCommand,
        (target: string, o: BacktestOptions) => (context) => backtest(target, o, context),
      ),
    );

  const excludeCommand = command(
    "exclude",
    "Excuse time of a product or an SLO, with who and why.",
  );
  const excludeAddCommand = excludeCommand
    .command("add")
    .description("Excuse time: known before, or corrected afterwards.")
    .argument("<target>", "a product, or product/slo")
    .requiredOption("--from <instant>", "now, 2026-01-31 or 2026-01-31T06:00:00Z")
    .option("--to <instant>", "until it is ended, unless said")
    .option("--for <duration>", "instead of --to, e.g. 1h30m")
    .requiredOption("--reason <text>", "why; it stays on record")
    .option("--author <name>", "who; by default the user of the operating system")
    .addOption(
      new Option(
        "--mode <mode>",
        "remove: taken out of the window, by default for time to come; good: counts as good, by default for time past",
      ).choices(["remove", "good"]),
    )
    .exitOverride();
  excludeAddCommand.action(
    act(
      excludeAddCommand,
      (target: string, o: ExcludeAddOptions) => (context) => excludeAdd(target, o, context),
    ),
  );
  const excludeListCommand = format(
    selectors(excludeCommand.command("list").description("Show exclusions, with who and why.")),
    ["text", "json"],
  ).exitOverride();
  excludeListCommand.action(
    act(
      excludeListCommand,
      (chosen: string[], o: ExcludeListOptions) => (context) => excludeList(chosen, o, context),
    ),
  );
  const excludeEndCommand = excludeCommand
    .command("end")
    .description("End an exclusion now; what it excused until now stays so.")
    .argument("<id>", "as `exclude list` shows it")
    .option("--author <name>", "who; by default the user of the operating system")
    .exitOverride();
  excludeEndCommand.action(
    act(
      excludeEndCommand,
      (id: string, o: ExcludeEndOptions) => (context) => excludeEnd(id, o, context),
    ),
  );

  const excludeWithdrawCommand = excludeCommand
    .command("withdraw")
    .description("Take an exclusion back: it excuses nothing any more, its past included.")
    .argument("<id>", "as `exclude list` shows it")
    .requiredOption("--reason <text>", "why; it stays on record")
    .option("--author <name>", "who; by default the user of the operating system")
    .exitOverride();
  excludeWithdrawCommand.action(
    act(
      excludeWithdrawCommand,
      (id: string, o: ExcludeWithdrawOptions) => (context) => excludeWithdraw(id, o, context),
    ),
  );

  const generateCommand = command(
    "generate",
    "Write OpenSLO documents (dashboards and rules are not built yet).",
  );
  generateCommand
    .addArgument(new Argument("<what>", "what to write").choices(generated))
    .option("--out <dir>", "where to")
    .action(
      act(
        generateCommand,
        (what: Generated, o: GenerateOptions) => (context) => generate(what, o, context),
      ),
    );

  const importCommand = command("import", "Make product files of what others have written down.");
  const importOpenSloCommand = importCommand
    .command("openslo")
    .description(
      "Read OpenSLO v1 documents, write product files, and say what could not be carried.",
    )
    .argument("<file...>", "YAML files, each with one document or several")
    .option("--out <dir>", "where to; stdout unless said")
    .exitOverride();
  importOpenSloCommand.action(
    act(
      importOpenSloCommand,
      (files: string[], o: ImportOptions) => (context) => importFiles(files, o, context),
    ),
  );
  return program;
}
