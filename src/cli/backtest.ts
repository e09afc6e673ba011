import { Option } from "commander";
import { backtest as makeBacktest } from "../app/backtest.ts";
import { systemClock } from "../app/clock.ts";
import { loadMesh } from "../app/configuration.ts";
import { ConnectorError } from "../core/connector.ts";
import { TidemarkError } from "../core/errors.ts";
import { backtestJson } from "./backtest-json.ts";
import { printBacktest } from "./backtest-text.ts";
import type { CommandContext } from "./command-context.ts";
import { type Commands, withFormat } from "./commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { printProblems, reportFailure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

interface BacktestOptions {
  readonly type?: "freshness" | "volume";
  readonly column?: string;
  readonly days: string;
  readonly until?: string;
  readonly format: "text" | "json";
}

/** As long as history is kept, and as the longest window of an SLO. */
const mostDays = 400;

/** `tidemark backtest`: what the last days would have been under other thresholds, and what could be promised. */
async function backtest(
  target: string,
  { format, days, ...asked }: BacktestOptions,
  { configPath, env, terminal, logger, signal }: CommandContext,
): Promise<ExitCode> {
  const { mesh, warnings } = await loadMesh(configPath, env);
  printProblems(warnings, terminal);
  const progress = progressOf(terminal);
  try {
    const made = await makeBacktest(mesh, {
      ...asked,
      target,
      days: daysOf(days),
      clock: systemClock,
      signal,
      logger,
      onProgress: (text) => progress.say(text),
    });
    progress.end();
    if (format === "json") {
      terminal.out(JSON.stringify(backtestJson(made), null, 2));
    } else {
      printBacktest(made, terminal);
    }
    return exitCodes.ok;
  } catch (error) {
    progress.end();
    return signal.aborted ? exitCodes.interrupted : reportUnmeasured(error, terminal);
  } finally {
    progress.end();
  }
}

function daysOf(text: string): number {
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > mostDays) {
    throw new TidemarkError(
      "TM_USAGE",
      `\`--days ${text}\` is no number of days from 1 to ${mostDays}`,
    );
  }
  return days;
}

/** What a warehouse does not answer, and data without a history, leave something unmeasured; all else is usage. */
function reportUnmeasured(error: unknown, terminal: Terminal): ExitCode {
  if (error instanceof ConnectorError) {
    const { kind, message, hint } = error.failure;
    terminal.err(`${terminal.paint("red", "error")} ${kind}: ${message}`);
    if (hint !== undefined) {
      terminal.err(`  ${hint}`);
    }
    return exitCodes.unmeasured;
  }
  if (error instanceof TidemarkError && error.code === "TM_BACKTEST_HISTORY") {
    reportFailure(error, terminal);
    return exitCodes.unmeasured;
  }
  throw error;
}

/** A line on a terminal that counts the seconds, so that a long statement is not taken for a halt. */
function progressOf(terminal: Terminal): { say(text: string): void; end(): void } {
  let said = "";
  let seconds = 0;
  const tick = setInterval(() => {
    seconds += 1;
    terminal.progress(`${said}, ${seconds} s`);
  }, 1_000);
  return {
    say: (text) => {
      said = text;
      terminal.progress(text);
    },
    end: () => {
      clearInterval(tick);
      terminal.progress("");
    },
  };
}

export function declareBacktest(commands: Commands): void {
  const command = withFormat(
    commands.add("backtest", "Try thresholds on the data's own past, and propose a promise."),
    ["text", "json"],
  )
    .argument("<target>", "product/dataset/check, or product/dataset with --type and --column")
    .addOption(
      new Option("--type <type>", "what to try on a dataset").choices(["freshness", "volume"]),
    )
    .option("--column <name>", "the time column; that of the check unless said")
    .option("--days <n>", "how far to look back", "90")
    .option("--until <end>", "a day, an instant, or newest: the end of the data; now unless said");
  commands.act(
    command,
    (target: string, o: BacktestOptions) => (context) => backtest(target, o, context),
  );
}
