import type { Environment } from "../app/configuration.ts";
import type { Logger } from "../core/logger.ts";
import type { Terminal } from "./terminal.ts";

/** What every command is given. */
export interface CommandContext {
  readonly configPath: string;
  readonly env: Environment;
  readonly terminal: Terminal;
  readonly logger: Logger;
  /** Aborted by the first SIGINT, and by SIGTERM. */
  readonly signal: AbortSignal;
}
