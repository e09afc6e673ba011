import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DeliveryResult, Notifier } from "../../../src/core/notifier.ts";
import { isPublicAddress } from "../../../src/notifiers/webhook/addresses.ts";
import { webhook } from "../../../src/notifiers/webhook/index.ts";
import { noticeOf } from "../../contract/notice.ts";
import { contextOf } from "../../contract/notifier-suite.ts";
import { localhostCertificate } from "../../counterparts/certificate.ts";
import { WebhookReceiver } from "../../counterparts/webhook-receiver.ts";

describe("the webhook notifier", () => {
  let receiver: WebhookReceiver;
  const open: Notifier[] = [];

  beforeEach(async () => {
    receiver = await new WebhookReceiver().start();
  });

  afterEach(async () => {
    for (const notifier of open.splice(0)) {
      await notifier[Symbol.asyncDispose]();
    }
    await receiver.close();
  });

  function notifierFor(given: object = {}): Notifier {
    const config = webhook.config.parse({
      url: receiver.url,
      allow_private_addresses: true,
      ...given,
    });
    const notifier = webhook.create(config, contextOf());
    open.push(notifier);
    return notifier;
  }

  function deliver(notifier: Notifier): Promise<DeliveryResult> {
    return notifier.deliver(noticeOf("opened"), {
      address: null,
      externalId: null,
      idempotencyKey: "incident-1.1/hook",
      signal: AbortSignal.timeout(10_000),
    });
  }

  it("posts the documented body", async () => {
    expect(await deliver(notifierFor())).toEqual({ delivered: true });
    const check = {
      id: "orders/orders/fresh",
      type: "freshness",
      outcome: "fail",
      summary: "The newest row is 2 h old; at most 1 h was promised.",
      failure: null,
      hint: null,
    };
    expect(JSON.parse(receiver.requests[0]?.body ?? "")).toEqual({
      version: 1,
      id: "incident-1.1",
      incident_id: "incident-1",
      change: "opened",
      kind: "broken",
      alert: "page",
      at: "2026-07-01T05:05:00.000Z",
      since: "2026-07-01T05:00:00.000Z",
      duration_seconds: 300,
      title: "orders: freshness of orders/orders is broken",
      text: "A promise has been broken since 2026-07-01T05:00:00Z (for 5 minutes).",
      product: {
        name: "orders",
        description: "One row per order.",
        domain: "sales",
        tier: "gold",
        contacts: { technical_owner: "li@example.com" },
      },
      dataset: "orders/orders",
      dimension: "timeliness",
      owner: { name: "checkout", display_name: "Checkout data" },
      checks: [check],
      changed: [check],
      budgets: [
        {
          slo: "orders/fresh",
          objective: "99.5%",
          window: "30d",
          remaining: 0.821,
          remaining_lower: 0.75,
        },
      ],
      links: {
        docs: "https://example.com/orders",
        runbook: "https://example.com/runbooks/orders",
      },
      upstream: ["payments"],
      downstream: ["finance-reporting"],
    });
  });

  it("sends its own headers and those of the configuration", async () => {
    await deliver(notifierFor({ headers: { Authorization: "Bearer x", "User-Agent": "mine" } }));
    expect(receiver.requests[0]?.method).toBe("POST");
    expect(receiver.requests[0]?.headers).toMatchObject({
      authorization: "Bearer x",
      "content-type": "application/json; charset=utf-8",
      "idempotency-key": "incident-1.1/hook",
      "user-agent": "mine",
    });
  });

  it.each([
    [200, { delivered: true }],
    [202, { delivered: true }],
    [301, { delivered: false, isRetryable: false, reason: "rejected" }],
    [400, { delivered: false, isRetryable: false, reason: "rejected" }],
    [401, { delivered: false, isRetryable: false, reason: "auth" }],
    [403, { delivered: false, isRetryable: false, reason: "permission" }],
    [404, { delivered: false, isRetryable: false, reason: "no_such_address" }],
    [408, { delivered: false, isRetryable: true, reason: "timeout" }],
    [410, { delivered: false, isRetryable: false, reason: "no_such_address" }],
    [429, { delivered: false, isRetryable: true, reason: "rate_limited" }],
    [500, { delivered: false, isRetryable: true, reason: "server_error" }],
    [503, { delivered: false, isRetryable: true, reason: "server_error" }],
  ])("judges the status %d", async (status, result) => {
    receiver.next({ kind: "answer", status });
    expect(await deliver(notifierFor())).toEqual(result);
  });

  it.each([
    ["120", 120_000],
    ["Wed, 01 Jul 2026 06:01:00 GMT", 60_000],
    ["Wed, 01 Jul 2026 05:00:00 GMT", 0],
    ["99999999999", 3_600_000],
    ["soon", undefined],
  ])("reads how long to wait from %j", async (header, retryAfterMs) => {
    receiver.next({ kind: "answer", status: 503, headers: { "Retry-After": header } });
    const result = await deliver(notifierFor());
    expect(result).toMatchObject({ isRetryable: true });
    expect("retryAfterMs" in result ? result.retryAfterMs : undefined).toBe(retryAfterMs);
  });

  it("follows no redirect", async () => {
    await using other = await new WebhookReceiver().start();
    receiver.next({ kind: "answer", status: 307, headers: { Location: other.url } });
    const result = await deliver(notifierFor());
    expect(result).toEqual({ delivered: false, isRetryable: false, reason: "rejected" });
    expect(other.requests).toEqual([]);
  });

  it("reads no body, however long", async () => {
    receiver.next({ kind: "endless" });
    expect(await deliver(notifierFor())).toEqual({ delivered: true });
    await expect.poll(() => receiver.connectionCount()).toBe(0);
  });

  it("asks for a repeat when the connection breaks", async () => {
    receiver.next({ kind: "drop" });
    expect(await deliver(notifierFor())).toEqual({
      delivered: false,
      isRetryable: true,
      reason: "unreachable",
    });
  });

  it.each([
    ["127.0.0.1"],
    ["localhost"],
    ["[::1]"],
    ["[::ffff:127.0.0.1]"],
    ["0x7f.1"],
    ["2130706433"],
    ["0.0.0.0"],
    ["169.254.169.254"],
    ["10.0.0.1"],
    ["[fd00::1]"],
  ])("reaches nothing at %s unless it is allowed to", async (host) => {
    const { port } = new URL(receiver.url);
    const notifier = notifierFor({
      url: `http://${host}:${port}/hook`,
      allow_private_addresses: false,
    });
    expect(await deliver(notifier)).toEqual({
      delivered: false,
      isRetryable: false,
      reason: "no_such_address",
    });
    const stages = await notifier.test({ signal: AbortSignal.timeout(10_000) });
    expect(stages).toMatchObject([{ name: "reach", status: "failed" }]);
    expect(stages[0]?.hint).toContain("allow_private_addresses");
    expect(await receiver.connectionCount()).toBe(0);
    expect(receiver.requests).toEqual([]);
  });

  it("reaches a local name when it is allowed to", async () => {
    const url = `http://localhost:${new URL(receiver.url).port}/hook`;
    expect(await deliver(notifierFor({ url }))).toEqual({ delivered: true });
  });

  it("connects and posts nothing for its stages", async () => {
    const stages = await notifierFor().test({ signal: AbortSignal.timeout(10_000) });
    expect(stages.map(({ name, status }) => [name, status])).toEqual([["reach", "ok"]]);
    expect(receiver.requests).toEqual([]);
  });

  it("tells a certificate that is not trusted from an unreachable host", async () => {
    const server = createServer({ ...localhostCertificate });
    server.on("tlsClientError", () => undefined);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
      const notifier = notifierFor({ url });
      const stages = await notifier.test({ signal: AbortSignal.timeout(10_000) });
      expect(stages.map(({ name, status }) => [name, status])).toEqual([
        ["reach", "ok"],
        ["tls", "failed"],
      ]);
      expect(await deliver(notifier)).toMatchObject({ isRetryable: true, reason: "unreachable" });
    } finally {
      const closed = once(server, "close");
      server.close();
      await closed;
    }
  });
});

describe("isPublicAddress", () => {
  it.each([
    "8.8.8.8",
    "1.1.1.1",
    "172.15.255.255",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:81b::200e",
  ])("%s is public", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    "0.0.0.0",
    "10.255.255.255",
    "100.64.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "localhost",
    "",
  ])("%s is not", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe("the configuration of webhooks", () => {
  it.each([
    [{ url: "ftp://example.com" }, "url"],
    [{ url: "example.com" }, "url"],
    [{ url: "https://example.com", headers: { "X-A": "b\r\nX-C: d" } }, "headers"],
    [{ url: "https://example.com", headers: { "X A": "b" } }, "headers"],
    [{ url: "https://example.com", headers: { host: "evil.example" } }, "headers"],
    [{ url: "https://example.com", headers: { "Content-Length": "1" } }, "headers"],
    [{ url: "https://example.com", redirect: true }, undefined],
  ])("refuses %j", (given, key) => {
    const parsed = webhook.config.safeParse(given);
    expect(parsed.error?.issues[0]?.path[0]).toBe(key);
    expect(parsed.success).toBe(false);
  });

  it("takes no address", () => {
    expect(webhook.addressProblem(null)).toBeNull();
    expect(webhook.addressProblem("https://example.com")).toContain("no address");
  });
});
