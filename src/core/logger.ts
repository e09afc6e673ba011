/** Values that may stand in a log line: never a secret, never a row value, never a driver's text. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The only way to the log. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger whose lines all carry `fields`. */
  child(fields: LogFields): Logger;
}
