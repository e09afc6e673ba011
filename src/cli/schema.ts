import { configurationSchemas } from "../app/schemas.ts";
import type { CommandContext } from "./command-context.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

export interface SchemaOptions {
  readonly of?: "daemon" | "product";
}

/** `tidemark schema`: the JSON Schema of both files, or of one of them, for editors. */
export function schema({ of }: SchemaOptions, { terminal }: CommandContext): ExitCode {
  const schemas = configurationSchemas();
  terminal.out(JSON.stringify(of === undefined ? schemas : schemas[of], null, 2));
  return exitCodes.ok;
}
