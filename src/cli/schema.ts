import { Option } from "commander";
import { configurationSchemas } from "../app/schemas.ts";
import type { CommandContext } from "./command-context.ts";
import type { Commands } from "./commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

interface SchemaOptions {
  readonly of?: "daemon" | "product";
}

/** `tidemark schema`: the JSON Schema of both files, or of one of them, for editors. */
function schema({ of }: SchemaOptions, { terminal }: CommandContext): ExitCode {
  const schemas = configurationSchemas();
  terminal.out(JSON.stringify(of === undefined ? schemas : schemas[of], null, 2));
  return exitCodes.ok;
}

export function declareSchema(commands: Commands): void {
  const command = commands
    .add("schema", "Print the JSON Schema of both files, for editors.")
    .addOption(new Option("--of <file>", "only one of them").choices(["daemon", "product"]));
  commands.act(command, (o: SchemaOptions) => (context) => schema(o, context));
}
