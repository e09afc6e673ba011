export { createLogger as openLog, type LogLevel } from "../log/logger.ts";
