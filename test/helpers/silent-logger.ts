import type { Logger } from "../../src/core/logger.ts";

/** For what logs beside what is tested. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
