import { z } from "zod";
import type { ConnectionStage } from "../../core/connector.ts";
import type { Notice } from "../../core/incident.ts";
import type { NotifierContext, NotifierSpec } from "../../core/notifier.ts";
import { guarded } from "../_shared/guard.ts";
import { linesOf, messageOf } from "../_shared/message.ts";

const config = z.strictObject({});

/** Prints notices to the terminal, for demonstrations and for a first look. */
export const consoleNotifier: NotifierSpec<z.output<typeof config>> = {
  type: "console",
  config,
  addressProblem: (address) =>
    address === null ? null : "The console takes no address: write its name alone.",
  create: (_given, context) => ({
    deliver: (notice) =>
      guarded(context.logger, async () => {
        context.print(printed(notice));
        return { delivered: true };
      }),
    test: async () => [reachStage(context)],
    [Symbol.asyncDispose]: async () => undefined,
  }),
};

function printed(notice: Notice): string {
  const message = messageOf(notice);
  const lines = linesOf(message).map((line) => `  ${line}\n`);
  return `[${notice.change}] ${message.title}\n${lines.join("")}`;
}

function reachStage(context: NotifierContext): ConnectionStage {
  return {
    name: "reach",
    status: "ok",
    message: `Notices to ${context.name} are printed to the terminal.`,
    durationMs: 0,
  };
}
