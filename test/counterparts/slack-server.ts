import type { ServerResponse } from "node:http";
import { HttpCounterpart, type ReceivedRequest } from "./http-counterpart.ts";
import { blocksProblem } from "./slack-blocks.ts";

export interface SlackChannel {
  readonly id: string;
  /** Without `#`. */
  readonly name: string;
  readonly isArchived?: boolean;
  /** `false`: the bot was not invited. */
  readonly hasBot?: boolean;
}

export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | null;
  text: string;
  blocks: readonly unknown[];
  metadata: unknown;
  edits: number;
}

export type SlackFault =
  | { readonly kind: "rate_limited"; readonly retryAfterSeconds: number | null }
  | { readonly kind: "http"; readonly status: number }
  /** Does what was asked and then answers 500. */
  | { readonly kind: "error_after_accept" }
  | { readonly kind: "hang" }
  /** Answers `ok: false` with this code. */
  | { readonly kind: "error"; readonly code: string }
  /** Answers 200 with something that is no JSON. */
  | { readonly kind: "garbage"; readonly body: string };

interface PlannedFault {
  readonly fault: SlackFault;
  readonly channel: string | null;
  readonly method: string | null;
  remaining: number;
}

/** Answers as a method of the Web API: fields of the JSON body beside `ok`, or an error's code. */
type Answer = Readonly<Record<string, unknown>> | string;

/**
 * Slack's Web API as far as a bot that posts needs it: `auth.test`, `chat.postMessage` and `chat.update`,
 * with form-encoded bodies, Slack's error codes, its checks of tokens, channels and blocks, and faults on demand.
 */
export class SlackServer extends HttpCounterpart {
  readonly token: string;
  readonly channels: SlackChannel[];
  readonly messages: SlackMessage[] = [];
  scopes = "chat:write";
  readonly #faults: PlannedFault[] = [];

  constructor(
    given: { readonly token?: string; readonly channels?: readonly SlackChannel[] } = {},
  ) {
    super();
    this.token = given.token ?? "xoxb-1-counterpart";
    this.channels = [...(given.channels ?? [{ id: "C0000000001", name: "data-oncall" }])];
  }

  get apiUrl(): string {
    return `${this.origin}/api/`;
  }

  /**
   * Plans a fault for the next call, or for so many, of one method and to one channel (id or `#name`, as
   * it is asked for) where these are given.
   */
  fail(
    fault: SlackFault,
    options: { readonly times?: number; readonly channel?: string; readonly method?: string } = {},
  ): void {
    const { times = 1, channel = null, method = null } = options;
    this.#faults.push({ fault, channel, method, remaining: times });
  }

  /** Messages in the channel itself, oldest first. */
  topLevel(): readonly SlackMessage[] {
    return this.messages.filter((message) => message.threadTs === null);
  }

  replies(ts: string): readonly SlackMessage[] {
    return this.messages.filter((message) => message.threadTs === ts);
  }

  protected override answer(request: ReceivedRequest, response: ServerResponse): void {
    const args = new URLSearchParams(request.body);
    const fault = this.#takeFault(request.path.replace("/api/", ""), args.get("channel"));
    switch (fault?.kind) {
      case "hang":
        return;
      case "http":
        response.writeHead(fault.status).end("upstream trouble");
        return;
      case "garbage":
        response.writeHead(200, { "Content-Type": "text/html" }).end(fault.body);
        return;
      case "rate_limited": {
        const seconds = fault.retryAfterSeconds;
        response.writeHead(429, seconds === null ? {} : { "Retry-After": String(seconds) }).end();
        return;
      }
      case "error":
        this.#reply(response, fault.code);
        return;
      case "error_after_accept":
        this.#call(request, args);
        response.writeHead(500).end("upstream trouble");
        return;
      case undefined:
        this.#reply(response, this.#call(request, args));
        return;
    }
  }

  #takeFault(method: string, channel: string | null): SlackFault | null {
    const planned = this.#faults.find(
      (candidate) =>
        candidate.remaining > 0 &&
        (candidate.channel === null || candidate.channel === channel) &&
        (candidate.method === null || candidate.method === method),
    );
    if (planned === undefined) {
      return null;
    }
    planned.remaining -= 1;
    return planned.fault;
  }

  #reply(response: ServerResponse, answer: Answer): void {
    const body =
      typeof answer === "string"
        ? { ok: false, error: answer, response_metadata: { messages: [`[ERROR] ${answer}`] } }
        : { ok: true, ...answer };
    response
      .writeHead(200, {
        "Content-Type": "application/json; charset=utf-8",
        "X-OAuth-Scopes": this.scopes,
      })
      .end(JSON.stringify(body));
  }

  #call(request: ReceivedRequest, args: URLSearchParams): Answer {
    const given = request.headers.authorization?.replace(/^Bearer /u, "") ?? args.get("token");
    if (given === null || given === "") {
      return "not_authed";
    }
    if (given !== this.token) {
      return "invalid_auth";
    }
    switch (request.path) {
      case "/api/auth.test":
        return { url: "https://example.slack.com/", team_id: "T1", user_id: "U1", bot_id: "B1" };
      case "/api/chat.postMessage":
        return this.#postMessage(args);
      case "/api/chat.update":
        return this.#update(args);
      default:
        return "unknown_method";
    }
  }

  #postMessage(args: URLSearchParams): Answer {
    const address = args.get("channel") ?? "";
    const channel = this.channels.find(({ id, name }) => id === address || `#${name}` === address);
    if (channel === undefined) {
      return "channel_not_found";
    }
    if (channel.isArchived === true) {
      return "is_archived";
    }
    if (channel.hasBot === false) {
      return "not_in_channel";
    }
    const content = contentOf(args);
    if (typeof content === "string") {
      return content;
    }
    const message: SlackMessage = {
      channel: channel.id,
      ts: `${1_700_000_000 + this.messages.length}.000100`,
      threadTs: args.get("thread_ts"),
      edits: 0,
      ...content,
    };
    this.messages.push(message);
    return { channel: message.channel, ts: message.ts, message: { text: message.text } };
  }

  /** Unlike posting, updating takes a channel's id only. Blocks that are not given stay as they were. */
  #update(args: URLSearchParams): Answer {
    const channel = this.channels.find(({ id }) => id === args.get("channel"));
    if (channel === undefined) {
      return "channel_not_found";
    }
    const message = this.messages.find(
      ({ ts, channel: posted }) => ts === args.get("ts") && posted === channel.id,
    );
    if (message === undefined) {
      return "message_not_found";
    }
    const content = contentOf(args);
    if (typeof content === "string") {
      return content;
    }
    Object.assign(message, content, args.has("blocks") ? {} : { blocks: message.blocks });
    message.edits += 1;
    return { channel: message.channel, ts: message.ts, text: message.text };
  }
}

function contentOf(
  args: URLSearchParams,
): Pick<SlackMessage, "text" | "blocks" | "metadata"> | string {
  const blocks = parsed(args.get("blocks") ?? "[]");
  const text = args.get("text") ?? "";
  const problem = blocksProblem(blocks);
  if (problem !== null) {
    return problem;
  }
  if (text === "" && (blocks as readonly unknown[]).length === 0) {
    return "no_text";
  }
  if (text.length > 40_000) {
    return "msg_too_long";
  }
  const metadata = parsed(args.get("metadata") ?? "null");
  return { text, blocks: blocks as readonly unknown[], metadata };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
