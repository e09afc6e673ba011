import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { NoticeChange } from "../../../src/core/incident.ts";
import type { DeliveryResult, Notifier } from "../../../src/core/notifier.ts";
import { messageOf } from "../../../src/notifiers/_shared/message.ts";
import { blocksOf, fallbackOf, replyBlocksOf } from "../../../src/notifiers/slack/blocks.ts";
import { slack } from "../../../src/notifiers/slack/index.ts";
import { hostileNotice, hostileText, noticeOf, stale } from "../../contract/notice.ts";
import { contextOf, type TestContext } from "../../contract/notifier-suite.ts";
import { blocksProblem } from "../../counterparts/slack-blocks.ts";
import { SlackServer } from "../../counterparts/slack-server.ts";

describe("the slack notifier", () => {
  let server: SlackServer;
  let context: TestContext;
  let notifier: Notifier;

  beforeEach(async () => {
    context = contextOf();
    server = await new SlackServer({
      channels: [
        { id: "C0000000001", name: "oncall" },
        { id: "C0000000002", name: "archived", isArchived: true },
        { id: "C0000000003", name: "uninvited", hasBot: false },
        { id: "C0000000004", name: "other" },
      ],
    }).start();
    notifier = slack.create({ token: server.token, api_url: server.apiUrl }, context);
  });

  afterEach(async () => {
    await notifier[Symbol.asyncDispose]();
    await server.close();
  });

  const deliver = (
    change: NoticeChange,
    externalId: string | null = null,
    address = "#oncall",
  ): Promise<DeliveryResult> =>
    notifier.deliver(noticeOf(change), {
      address,
      externalId,
      idempotencyKey: `key-of-${change}`,
      signal: AbortSignal.timeout(10_000),
    });

  const posted = "C0000000001:1700000000.000100";

  it("posts one message with blocks, fallback and metadata, and links nothing by itself", async () => {
    expect(await deliver("opened")).toEqual({ delivered: true, externalId: posted });
    expect(server.messages).toHaveLength(1);
    const [message] = server.messages;
    expect(message?.text).toContain("orders: freshness of orders/orders is broken");
    expect(message?.blocks).toHaveLength(2);
    expect(message?.metadata).toEqual({
      event_type: "tidemark_notice",
      event_payload: {
        id: "incident-1.1",
        incident_id: "incident-1",
        idempotency_key: "key-of-opened",
      },
    });
    const args = new URLSearchParams(server.requests[0]?.body);
    expect(args.get("unfurl_links")).toBe("false");
    expect(args.get("unfurl_media")).toBe("false");
    expect(args.get("mrkdwn")).toBe("false");
    expect(args.has("token")).toBe(false);
  });

  it.each<NoticeChange>(["joined", "left", "resolved", "withdrawn"])(
    "updates the message and replies in its thread: %s",
    async (change) => {
      await deliver("opened");
      expect(await deliver(change, posted)).toEqual({ delivered: true, externalId: posted });
      const [message] = server.topLevel();
      expect(server.topLevel()).toHaveLength(1);
      expect(message?.edits).toBe(1);
      expect(message?.text).toContain(messageOf(noticeOf(change)).title);
      expect(server.replies("1700000000.000100").map(({ text }) => text)).toEqual([
        expect.stringContaining(messageOf(noticeOf(change)).lead),
      ]);
    },
  );

  it("posts anew when the first message was never delivered", async () => {
    expect(await deliver("resolved")).toEqual({ delivered: true, externalId: posted });
    expect(server.topLevel()[0]?.text).toContain("is kept again");
  });

  it("posts anew when the message is gone", async () => {
    const result = await deliver("resolved", "C0000000001:1600000000.000001");
    expect(result).toEqual({ delivered: true, externalId: posted });
  });

  it("posts a repeat of the first notice only once when it knows the message", async () => {
    await deliver("opened");
    await deliver("opened", posted);
    expect(server.messages).toHaveLength(1);
  });

  it("adds no second reply when the update worked and the reply did not", async () => {
    await deliver("opened");
    server.fail({ kind: "http", status: 503 }, { method: "chat.postMessage", times: 2 });
    expect(await deliver("resolved", posted)).toMatchObject({ isRetryable: true });
    expect(await deliver("resolved", posted)).toMatchObject({ isRetryable: true });
    expect(await deliver("resolved", posted)).toEqual({ delivered: true, externalId: posted });
    expect(server.topLevel()[0]?.edits).toBe(3);
    expect(server.replies("1700000000.000100")).toHaveLength(1);
  });

  it.each(["invalid_blocks", "msg_blocks_too_long"])(
    "says it in plain text after %s",
    async (code) => {
      server.fail({ kind: "error", code });
      expect(await deliver("opened")).toMatchObject({ delivered: true });
      expect(server.requests).toHaveLength(2);
      expect(server.messages[0]?.blocks).toEqual([]);
      expect(server.messages[0]?.text).toContain("The newest row is 2 h old");
    },
  );

  it("takes the old blocks away when an update falls back to plain text", async () => {
    await deliver("opened");
    server.fail({ kind: "error", code: "invalid_blocks" });
    await deliver("resolved", posted);
    expect(server.topLevel()[0]?.blocks).toEqual([]);
    expect(server.topLevel()[0]?.text).toContain("is kept again");
  });

  it("hands on how long Slack asks to wait, and keeps other channels going", async () => {
    server.fail({ kind: "rate_limited", retryAfterSeconds: 30 }, { channel: "#oncall" });
    const [limited, other] = await Promise.all([
      deliver("opened"),
      deliver("opened", null, "#other"),
    ]);
    expect(limited).toEqual({
      delivered: false,
      isRetryable: true,
      retryAfterMs: 30_000,
      reason: "rate_limited",
    });
    expect(other).toMatchObject({ delivered: true });
  });

  it("knows a rate limit without a time, and bounds one without measure", async () => {
    server.fail({ kind: "rate_limited", retryAfterSeconds: null });
    expect(await deliver("opened")).toEqual({
      delivered: false,
      isRetryable: true,
      reason: "rate_limited",
    });
    server.fail({ kind: "rate_limited", retryAfterSeconds: 10_000_000 });
    expect(await deliver("opened")).toMatchObject({ retryAfterMs: 3_600_000 });
  });

  it("marks a repeat after a lost answer with the same key", async () => {
    server.fail({ kind: "error_after_accept" });
    expect(await deliver("opened")).toMatchObject({ isRetryable: true, reason: "server_error" });
    expect(await deliver("opened")).toMatchObject({ delivered: true });
    const [first, second] = server.messages;
    expect(first?.metadata).toEqual(second?.metadata);
  });

  it("keeps the library from printing what Slack answers", async () => {
    const levels = ["debug", "info", "warn", "error", "log"] as const;
    const spies = levels.map((level) => vi.spyOn(console, level).mockReturnValue(undefined));
    try {
      server.fail({ kind: "error", code: "channel_not_found" });
      await deliver("opened");
      expect(server.requests).toHaveLength(1);
      expect(spies.flatMap((spy) => spy.mock.calls)).toEqual([]);
    } finally {
      spies.forEach((spy) => spy.mockRestore());
    }
  });

  it.each([
    ["#nowhere", "no_such_address", "channel_not_found"],
    ["#archived", "no_such_address", "is_archived"],
    ["#uninvited", "permission", "not_in_channel"],
  ])("does not try %s again", async (address, reason, code) => {
    const result = await deliver("opened", null, address);
    expect(result).toEqual({ delivered: false, isRetryable: false, reason });
    expect(context.logged.join("\n")).toContain(code);
  });

  it.each([
    ["token_revoked", false, "auth"],
    ["missing_scope", false, "permission"],
    ["msg_too_long", false, "rejected"],
    ["ratelimited", true, "rate_limited"],
    ["internal_error", true, "server_error"],
    ["a_code_of_tomorrow", true, "server_error"],
    ["__proto__", true, "server_error"],
  ])("judges Slack's %s", async (code, isRetryable, reason) => {
    server.fail({ kind: "error", code });
    expect(await deliver("opened")).toEqual({ delivered: false, isRetryable, reason });
  });

  it("tells a wrong token from a missing scope in its stages", async () => {
    const signal = AbortSignal.timeout(10_000);
    server.scopes = "users:read";
    const withoutScope = await notifier.test({ signal });
    expect(withoutScope.map(({ name, status }) => [name, status])).toEqual([
      ["reach", "ok"],
      ["sign_in", "ok"],
      ["access", "failed"],
    ]);
    const given = { token: "xoxb-wrong", api_url: server.apiUrl };
    await using stranger = slack.create(given, context);
    expect((await stranger.test({ signal })).map(({ name, status }) => [name, status])).toEqual([
      ["reach", "ok"],
      ["sign_in", "failed"],
      ["access", "notRun"],
    ]);
    expect(server.messages).toEqual([]);
  });
});

describe("what Slack is given", () => {
  it("keeps Slack's limits whatever the texts are", () => {
    const texts = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 400 }),
      fc.string({ unit: "binary", maxLength: 50 }),
      fc.constantFrom(hostileText, "", "x".repeat(20_000), "&".repeat(5000)),
    );
    fc.assert(
      fc.property(texts, texts, fc.nat(60), fc.webUrl(), (name, words, count, url) => {
        const check = { ...stale, id: name, summary: words, hint: words };
        const list = Array.from({ length: count }, () => check);
        const notice = noticeOf("joined", {
          product: { name, description: words, domain: name, tier: name },
          owner: { name, displayName: words },
          dataset: name,
          checks: list,
          changed: list,
          upstream: list.map(() => words),
          links: Object.fromEntries(list.map((_, index) => [`${name}${index}`, url])),
        });
        const message = messageOf(notice);
        expect(blocksProblem(blocksOf(message))).toBeNull();
        expect(blocksProblem(replyBlocksOf(message))).toBeNull();
        expect(fallbackOf(message).length).toBeLessThanOrEqual(4000);
        expect(fallbackOf(message).isWellFormed()).toBe(true);
      }),
    );
  });

  it("leaves no markup of Slack's in the fallback", () => {
    const text = fallbackOf(messageOf(hostileNotice("opened")));
    expect(text).toContain("&lt;!channel&gt;");
    expect(text).not.toMatch(/[<>*~`]/u);
  });

  it("puts names into elements that Slack does not read markup in", () => {
    const types = new Set<string>();
    JSON.stringify(blocksOf(messageOf(hostileNotice("opened"))), (key, value: unknown) => {
      if (key === "type") {
        types.add(String(value));
      }
      return value;
    });
    expect(types).toEqual(
      new Set([
        "header",
        "plain_text",
        "rich_text",
        "rich_text_section",
        "rich_text_list",
        "text",
        "link",
      ]),
    );
  });

  it.each([
    ["#checkout-oncall", true],
    ["#überfällig", true],
    ["C0123456789", true],
    [null, false],
    ["", false],
    ["checkout", false],
    ["#Two Words", false],
    ["#a,#b", false],
    ["#a\n", false],
    ["<!channel>", false],
  ])("takes %j as an address: %s", (address, isGood) => {
    expect(slack.addressProblem(address) === null).toBe(isGood);
  });
});
