import { type Command, Option } from "commander";
import type { LogLevel } from "../app/log.ts";
import type { CommandContext } from "./command-context.ts";
import type { ExitCode } from "./exit-codes.ts";

/** Options that every command takes. */
export interface GlobalOptions {
  readonly config: string;
  readonly logLevel: LogLevel;
  readonly logFormat: "json" | "pretty";
  readonly color: boolean;
}

/** What a command does once its arguments are read. */
export type Work = (context: CommandContext) => Promise<ExitCode> | ExitCode;

export type Perform = (options: GlobalOptions, work: Work) => Promise<void>;

/** Where commands are declared: each one's file says what it takes, and hands over what it does. */
export class Commands {
  readonly #parent: Command;
  readonly #perform: Perform;

  constructor(parent: Command, perform: Perform) {
    this.#parent = parent;
    this.#perform = perform;
  }

  add(name: string, description: string): Command {
    return this.#parent.command(name).description(description).exitOverride();
  }

  /** Commands below one that does nothing by itself. */
  group(name: string, description: string): Commands {
    return new Commands(this.add(name, description), this.#perform);
  }

  /** `work` takes the command's arguments, and its options last. */
  act(command: Command, work: (...args: never[]) => Work): void {
    command.action(async (...args) => {
      // Commander hands over the command itself after the declared arguments and options.
      const declared = args.slice(0, -1) as never[];
      await this.#perform(command.optsWithGlobals<GlobalOptions>(), work(...declared));
    });
  }
}

export function withFormat(command: Command, choices: readonly string[]): Command {
  return command.addOption(
    new Option("--format <format>", "output").choices(choices).default("text"),
  );
}

export function withSelectors(command: Command): Command {
  return command.argument(
    "[selector...]",
    "product[/dataset[/check]], owner:…, domain:…, tier:…, with *",
  );
}
