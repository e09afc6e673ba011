import type { Logger as Pino } from "pino";
import { destination, pino, stdTimeFunctions } from "pino";
import { prettyFactory } from "pino-pretty";
import type { LogFields, Logger } from "../core/logger.ts";
import { safeFields, safeText } from "./safe-fields.ts";

export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Takes whole lines, each with its line feed. */
export interface LogDestination {
  write(line: string): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `json`: one object a line. `pretty`: one line for people. */
  readonly format: "json" | "pretty";
  /** Standard error when it is left out. */
  readonly destination?: LogDestination;
  /** Colours in the pretty format; by default those that standard error is shown in. */
  readonly hasColour?: boolean;
}

/**
 * Opens the log. Lines are written synchronously and in this process, so that the last ones before an
 * exit are not lost; standard output is left to what commands print.
 */
export function createLogger(options: LoggerOptions): Logger {
  const lines = options.destination ?? destination({ dest: 2, sync: true });
  const stream = options.format === "pretty" ? prettyOver(lines, options) : lines;
  const root = pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    stream,
  );
  return loggerOver(root);
}

function loggerOver(lines: Pino): Logger {
  const write =
    (level: Exclude<LogLevel, "silent">) =>
    (fields: LogFields, message: string): void => {
      // What is not written is not worth being made safe.
      if (lines.isLevelEnabled(level)) {
        lines[level](safeFields(fields), safeText(message));
      }
    };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => loggerOver(lines.child(safeFields(fields))),
  };
}

function prettyOver(lines: LogDestination, options: LoggerOptions): LogDestination {
  const toText = prettyFactory({
    colorize: options.hasColour ?? (options.destination === undefined && process.stderr.isTTY),
    singleLine: true,
    translateTime: "SYS:HH:MM:ss",
  });
  return {
    write: (line) => {
      lines.write(toText(line));
    },
  };
}
