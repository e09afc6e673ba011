import { SlackServer } from "../../test/counterparts/slack-server.ts";
import { SmtpCounterpart } from "../../test/counterparts/smtp-counterpart.ts";
import { WebhookReceiver } from "../../test/counterparts/webhook-receiver.ts";
import { until } from "../../test/helpers/until.ts";
import { type Addresses, channel } from "./mesh.ts";
import { Tap } from "./tap.ts";

export const channelNames = ["slack", "email", "hook"] as const;
export type ChannelName = (typeof channelNames)[number];

/** A notice as it arrived at a channel. */
export interface Receipt {
  readonly noticeId: string;
  readonly incidentId: string;
  /** What the channel can tell a repeat by. */
  readonly key: string;
  /** Where it stands in the channel: the Slack thread, or the mail that it answers; null at the top. */
  readonly thread: string | null;
  /** What later notices of the incident refer to: Slack's `ts`, or the Message-ID. */
  readonly place: string;
}

/** Counterparts of Slack, a mail server and a webhook, each behind a tap. They outlive the daemon. */
export class Receivers implements AsyncDisposable {
  readonly slack: SlackServer;
  readonly smtp: SmtpCounterpart;
  readonly webhook: WebhookReceiver;
  readonly taps: Readonly<Record<ChannelName, Tap>>;

  private constructor(
    slack: SlackServer,
    smtp: SmtpCounterpart,
    hook: WebhookReceiver,
    taps: Receivers["taps"],
  ) {
    this.slack = slack;
    this.smtp = smtp;
    this.webhook = hook;
    this.taps = taps;
  }

  static async open(): Promise<Receivers> {
    const slack = await new SlackServer({ channels: [channel] }).start();
    const smtp = await new SmtpCounterpart().start();
    const hook = await new WebhookReceiver().start();
    const isSomething = (sent: string): boolean => sent !== "";
    return new Receivers(slack, smtp, hook, {
      slack: await Tap.open(Number(new URL(slack.origin).port), isSomething),
      email: await Tap.open(smtp.port, (sent) => sent.includes("\r\n.\r\n")),
      hook: await Tap.open(Number(new URL(hook.origin).port), isSomething),
    });
  }

  get addresses(): Addresses {
    return {
      slackApi: `http://127.0.0.1:${this.taps.slack.port}/api/`,
      smtp: `smtp://127.0.0.1:${this.taps.email.port}`,
      webhook: `http://127.0.0.1:${this.taps.hook.port}/hook`,
    };
  }

  /** Waits until what a killed daemon had sent has arrived. */
  async settle(): Promise<void> {
    const taps = Object.values(this.taps);
    await until("the receivers to be quiet", () => taps.every(({ isQuiet }) => isQuiet));
    for (const tap of taps) {
      tap.disarm();
    }
  }

  /** Everything that has arrived so far, by channel, in order. */
  receipts(): Readonly<Record<ChannelName, readonly Receipt[]>> {
    return { slack: this.#posts(), email: this.#mails(), hook: this.#calls() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of [...Object.values(this.taps), this.slack, this.smtp, this.webhook]) {
      await one[Symbol.asyncDispose]();
    }
  }

  /** Posts as they were made: a message's own metadata is that of its last update. */
  #posts(): readonly Receipt[] {
    const posts = this.slack.requests.filter(({ path }) => path === "/api/chat.postMessage");
    return posts.map(({ body }, index) => {
      const args = new URLSearchParams(body);
      const { event_payload: payload } = JSON.parse(args.get("metadata") ?? "") as SlackMetadata;
      return {
        noticeId: payload.id,
        incidentId: payload.incident_id,
        key: payload.idempotency_key,
        thread: args.get("thread_ts"),
        place: this.slack.messages[index]?.ts ?? "",
      };
    });
  }

  #mails(): readonly Receipt[] {
    return this.smtp.mails.map(({ headers }) => {
      const noticeId = headers.get("x-tidemark-notice") ?? "";
      const messageId = headers.get("message-id") ?? "";
      return {
        noticeId,
        incidentId: noticeId.replace(/\.\d+$/, ""),
        key: messageId,
        thread: headers.get("in-reply-to") ?? null,
        place: messageId,
      };
    });
  }

  #calls(): readonly Receipt[] {
    return this.webhook.requests.map(({ headers, body }) => {
      const notice = JSON.parse(body) as WebhookBody;
      const key = String(headers["idempotency-key"]);
      return {
        noticeId: notice.id,
        incidentId: notice.incident_id,
        key,
        thread: null,
        place: key,
      };
    });
  }
}

interface SlackMetadata {
  readonly event_payload: {
    readonly id: string;
    readonly incident_id: string;
    readonly idempotency_key: string;
  };
}

interface WebhookBody {
  readonly id: string;
  readonly incident_id: string;
}
