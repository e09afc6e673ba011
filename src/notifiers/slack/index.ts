import { z } from "zod";
import type { ConnectionStage } from "../../core/connector.ts";
import type { Notice } from "../../core/incident.ts";
import type {
  DeliverOptions,
  DeliveryResult,
  Notifier,
  NotifierContext,
  NotifierSpec,
} from "../../core/notifier.ts";
import { guarded } from "../_shared/guard.ts";
import { type Message, messageOf } from "../_shared/message.ts";
import { blocksOf, fallbackOf, replyBlocksOf, replyFallbackOf, type SlackBlock } from "./blocks.ts";
import { openSlack, type SlackCall } from "./client.ts";
import { SlackFailure } from "./failures.ts";
import { stagesOfSlack } from "./stages.ts";

const config = z.strictObject({
  token: z.string().min(1).meta({ description: "A bot token with `chat:write`.", secret: true }),
  api_url: z
    .url({ protocol: /^https?$/u })
    .default("https://slack.com/api/")
    .meta({ description: "Where Slack's Web API is, for proxies and tests." }),
});

type SlackConfig = z.output<typeof config>;

/** Blocks that Slack will not show: the words are posted without them. */
const blockCodes = new Set(["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"]);

/** The incident's message cannot be changed or replied to, so a new one takes its place. */
const lostMessageCodes = new Set([
  "message_not_found",
  "thread_not_found",
  "cannot_reply_to_message",
  "cant_update_message",
  "edit_window_closed",
]);

/** Posts one message per incident, updates it as the incident goes on, and replies in its thread. */
export const slack: NotifierSpec<SlackConfig> = {
  type: "slack",
  config,
  addressProblem: (address) =>
    address !== null && /^(?:#[\p{Ll}\p{Lo}\p{N}_-]{1,80}|[CDG][A-Z0-9]{8,20})$/u.test(address)
      ? null
      : "Slack needs a channel, such as `slack:#checkout-oncall`, or a channel's id, such as `slack:C0123456789`.",
  create: (given, context) => new SlackNotifier(given, context),
};

class SlackNotifier implements Notifier {
  readonly #config: SlackConfig;
  readonly #context: NotifierContext;
  readonly #disposed = new AbortController();

  constructor(given: SlackConfig, context: NotifierContext) {
    this.#config = given;
    this.#context = context;
  }

  deliver(notice: Notice, options: DeliverOptions): Promise<DeliveryResult> {
    return guarded(this.#context.logger, async () => {
      try {
        const call = await this.#open(options.signal);
        return { delivered: true, externalId: await tell(call, notice, options) };
      } catch (error) {
        if (!(error instanceof SlackFailure)) {
          throw error;
        }
        const { reason } = error.result;
        this.#context.logger.warn({ reason, code: error.code }, "Slack did not take a notice");
        return error.result;
      }
    });
  }

  async test(options: { readonly signal: AbortSignal }): Promise<readonly ConnectionStage[]> {
    return stagesOfSlack(
      await this.#open(options.signal),
      new URL(this.#config.api_url),
      this.#context.clock,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort();
  }

  #open(signal: AbortSignal): Promise<SlackCall> {
    const either = AbortSignal.any([signal, this.#disposed.signal]);
    return openSlack(this.#config, either, this.#context.clock);
  }
}

/** Returns the external id: `<channel id>:<ts>` of the incident's message. */
async function tell(call: SlackCall, notice: Notice, options: DeliverOptions): Promise<string> {
  const message = messageOf(notice);
  const posted = /^([A-Z0-9]+):(\d+\.\d+)$/u.exec(options.externalId ?? "");
  const [, channel, ts] = posted ?? [];
  if (channel === undefined || ts === undefined) {
    return await postAnew(call, message, notice, options);
  }
  try {
    await updateAndReply(call, message, notice, options, { channel, ts });
    return `${channel}:${ts}`;
  } catch (error) {
    if (error instanceof SlackFailure && lostMessageCodes.has(error.code)) {
      return await postAnew(call, message, notice, options);
    }
    throw error;
  }
}

async function postAnew(
  call: SlackCall,
  message: Message,
  notice: Notice,
  options: DeliverOptions,
): Promise<string> {
  const answer = await send(call, "chat.postMessage", blocksOf(message), {
    channel: options.address,
    text: fallbackOf(message),
    ...postArguments(notice, options),
  });
  return `${String(answer["channel"])}:${String(answer["ts"])}`;
}

/** First the update, which may be repeated without harm, so that a repeat after a failure adds no second reply. */
async function updateAndReply(
  call: SlackCall,
  message: Message,
  notice: Notice,
  options: DeliverOptions,
  posted: { readonly channel: string; readonly ts: string },
): Promise<void> {
  await send(call, "chat.update", blocksOf(message), {
    ...posted,
    text: fallbackOf(message),
    parse: "none",
    link_names: false,
    metadata: metadataOf(notice, options),
  });
  if (notice.change !== "opened") {
    await send(call, "chat.postMessage", replyBlocksOf(message), {
      channel: posted.channel,
      thread_ts: posted.ts,
      text: replyFallbackOf(message),
      ...postArguments(notice, options),
    });
  }
}

/** An empty list of blocks, rather than none, also takes those away that an update would keep. */
async function send(
  call: SlackCall,
  method: string,
  blocks: readonly SlackBlock[],
  args: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await call(method, { ...args, blocks });
  } catch (error) {
    if (error instanceof SlackFailure && blockCodes.has(error.code)) {
      return await call(method, { ...args, blocks: [] });
    }
    throw error;
  }
}

function postArguments(notice: Notice, options: DeliverOptions): Readonly<Record<string, unknown>> {
  return {
    mrkdwn: false,
    parse: "none",
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    metadata: metadataOf(notice, options),
  };
}

/** Slack shows it to apps only; a repeat after a lost answer can be told by it. */
function metadataOf(notice: Notice, options: DeliverOptions): Readonly<Record<string, unknown>> {
  return {
    event_type: "tidemark_notice",
    event_payload: {
      id: notice.id,
      incident_id: notice.incidentId,
      idempotency_key: options.idempotencyKey,
    },
  };
}
