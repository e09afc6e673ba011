import { loadConfiguration } from "../app/configuration.ts";
import type { Problem } from "../core/errors.ts";
import type { CommandContext } from "./command-context.ts";
import { type Commands, withFormat } from "./commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { printProblems } from "./failure.ts";
import { counted } from "./terminal.ts";

interface ValidateOptions {
  readonly format: "text" | "json" | "github";
  readonly strict?: boolean;
}

/** `tidemark validate`: every problem of every file at once. */
async function validate(
  options: ValidateOptions,
  { configPath, env, terminal }: CommandContext,
): Promise<ExitCode> {
  const { mesh, problems } = await loadConfiguration(configPath, env);
  const isFlaw = ({ level }: Problem): boolean => options.strict === true || level === "error";
  const isValid = mesh !== null && !problems.some(isFlaw);
  switch (options.format) {
    case "json":
      terminal.out(JSON.stringify({ version: 1, valid: isValid, problems }, null, 2));
      break;
    case "github":
      for (const problem of problems) {
        terminal.out(annotation(problem));
      }
      break;
    case "text":
      printProblems(problems, terminal);
      if (isValid) {
        terminal.out(
          `valid: ${counted(mesh.products.size, "product")}, ${counted(mesh.datasets.size, "dataset")}, ${counted(mesh.checks.size, "check")}, ${counted(mesh.slos.size, "SLO")}`,
        );
      } else {
        const errors = problems.filter(({ level }) => level === "error").length;
        const warnings = problems.length - errors;
        terminal.err(`not valid: ${counted(errors, "error")}, ${counted(warnings, "warning")}`);
      }
      break;
  }
  return isValid ? exitCodes.ok : exitCodes.usage;
}

/** A workflow command that GitHub Actions shows beside the line. */
function annotation({ level, file, line, column, code, message, hint }: Problem): string {
  const text = hint === undefined ? message : `${message} (${hint})`;
  const place = `file=${escapeProperty(file)},line=${line},col=${column},title=${code}`;
  return `::${level} ${place}::${escapeData(text)}`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

export function declareValidate(commands: Commands): void {
  const command = withFormat(
    commands.add("validate", "Check every file and say every problem at once."),
    ["text", "json", "github"],
  ).option("--strict", "fail on warnings");
  commands.act(command, (o: ValidateOptions) => (context) => validate(o, context));
}
