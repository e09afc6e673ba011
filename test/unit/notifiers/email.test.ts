import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import type { Notice } from "../../../src/core/incident.ts";
import type { DeliveryResult, Notifier } from "../../../src/core/notifier.ts";
import { mailboxOf, smtpEndpointOf } from "../../../src/notifiers/email/addresses.ts";
import { email } from "../../../src/notifiers/email/index.ts";
import { hostileNotice, hostileText, noticeOf } from "../../contract/notice.ts";
import { contextOf } from "../../contract/notifier-suite.ts";
import { localhostCertificate } from "../../counterparts/certificate.ts";
import { SmtpCounterpart, type SmtpSettings } from "../../counterparts/smtp-counterpart.ts";

const from = "Tidemark <tidemark@example.com>";
const credentials = { user: "tide@mark", password: "s:cret/?" };

describe("the email notifier", () => {
  const open: AsyncDisposable[] = [];

  afterEach(async () => {
    for (const resource of open.splice(0).reverse()) {
      await resource[Symbol.asyncDispose]();
    }
  });

  async function start(settings: SmtpSettings = {}): Promise<SmtpCounterpart> {
    const server = await new SmtpCounterpart(settings).start();
    open.push(server);
    return server;
  }

  function notifierFor(given: object): Notifier {
    const notifier = email.create(email.config.parse({ from, ...given }), contextOf());
    open.push(notifier);
    return notifier;
  }

  function deliver(
    notifier: Notifier,
    notice: Notice = noticeOf("opened"),
    address = "oncall@example.com",
  ): Promise<DeliveryResult> {
    const signal = AbortSignal.timeout(10_000);
    return notifier.deliver(notice, { address, externalId: null, idempotencyKey: "key", signal });
  }

  it("mails one recipient, and asks autoresponders to be silent", async () => {
    const server = await start();
    expect(await deliver(notifierFor({ url: server.url }))).toEqual({ delivered: true });
    const [mail] = server.mails;
    expect(mail?.from).toBe("tidemark@example.com");
    expect(mail?.to).toEqual(["oncall@example.com"]);
    expect(mail?.headers.get("from")).toBe("Tidemark <tidemark@example.com>");
    expect(mail?.headers.get("to")).toBe("oncall@example.com");
    expect(mail?.headers.get("auto-submitted")).toBe("auto-generated");
    expect(mail?.headers.get("x-auto-response-suppress")).toBe("All");
    expect(mail?.headers.get("content-type")).toContain("text/plain");
  });

  it("threads the mails of an incident by ids and by subject", async () => {
    const server = await start();
    const notifier = notifierFor({ url: server.url });
    await deliver(notifier, noticeOf("opened"));
    await deliver(notifier, noticeOf("joined"));
    await deliver(notifier, noticeOf("resolved"));
    const headers = (name: string): readonly (string | undefined)[] =>
      server.mails.map((mail) => mail.headers.get(name));
    expect(headers("message-id")).toEqual([
      "<incident-1@example.com>",
      "<incident-1.2@example.com>",
      "<incident-1.4@example.com>",
    ]);
    expect(headers("in-reply-to")).toEqual([
      undefined,
      "<incident-1@example.com>",
      "<incident-1@example.com>",
    ]);
    expect(headers("references")).toEqual(headers("in-reply-to"));
    const subject = "[Tidemark] orders: freshness of orders/orders";
    expect(headers("subject")).toEqual([subject, `Re: ${subject}`, `Re: ${subject}`]);
  });

  it("lets nothing in a name become a header or a recipient", async () => {
    const server = await start();
    await deliver(notifierFor({ url: server.url }), hostileNotice("opened"));
    const [mail] = server.mails;
    expect(mail?.to).toEqual(["oncall@example.com"]);
    expect([...(mail?.headers.keys() ?? [])].sort()).toEqual([
      "auto-submitted",
      "content-transfer-encoding",
      "content-type",
      "date",
      "from",
      "message-id",
      "mime-version",
      "subject",
      "to",
      "x-auto-response-suppress",
      "x-tidemark-notice",
    ]);
  });

  it.each([
    ["a@example.com,b@example.com"],
    ["a@example.com;b@example.com"],
    ["a@example.com\r\nBcc: b@example.com"],
    ["Oncall <a@example.com>"],
    ["a b@example.com"],
    ["a@b@example.com"],
    ["example.com"],
    [""],
    [hostileText],
    [`${"a".repeat(250)}@example.com`],
  ])("refuses the address %j, and mails nobody", async (address) => {
    expect(email.addressProblem(address)).toContain("exactly one address");
    const server = await start();
    const result = await deliver(notifierFor({ url: server.url }), noticeOf("opened"), address);
    expect(result).toMatchObject({ delivered: false, isRetryable: false });
    expect(server.mails).toEqual([]);
  });

  it.each(["oncall@example.com", "root@localhost", "a+b.c@sub.example.co"])(
    "takes the address %s",
    (address) => {
      expect(email.addressProblem(address)).toBeNull();
    },
  );

  it.each([
    ["RCPT", 550, false, "no_such_address"],
    ["RCPT", 450, true, "server_error"],
    ["MAIL", 530, false, "auth"],
    ["MAIL", 553, false, "rejected"],
    ["DATA", 554, false, "rejected"],
    ["DATA", 452, true, "server_error"],
  ] as const)("judges a refusal of %s with %d", async (command, code, isRetryable, reason) => {
    const server = await start();
    server.fail({ kind: "refuse", command, code });
    const result = await deliver(notifierFor({ url: server.url }));
    expect(result).toEqual({ delivered: false, isRetryable, reason });
  });

  it("repeats a mail whose answer was lost under the same Message-ID", async () => {
    const server = await start();
    const notifier = notifierFor({ url: server.url });
    server.fail({ kind: "drop_after_data" });
    expect(await deliver(notifier)).toEqual({
      delivered: false,
      isRetryable: true,
      reason: "unreachable",
    });
    expect(await deliver(notifier)).toEqual({ delivered: true });
    const ids = server.mails.map((mail) => mail.headers.get("message-id"));
    expect(ids).toEqual(["<incident-1@example.com>", "<incident-1@example.com>"]);
  });

  it("signs in with what the URL carries, special characters included", async () => {
    const server = await start({ credentials });
    expect(await deliver(notifierFor({ url: server.url, require_tls: false }))).toEqual({
      delivered: true,
    });
    expect(server.mails[0]?.user).toBe("tide@mark");
  });

  it("does not repeat a wrong password", async () => {
    const server = await start({ credentials });
    const url = server.url.replace("s%3Acret", "wrong");
    const result = await deliver(notifierFor({ url, require_tls: false }));
    expect(result).toEqual({ delivered: false, isRetryable: false, reason: "auth" });
  });

  it("sends no password without TLS unless it is told to", async () => {
    const server = await start({ credentials });
    const result = await deliver(notifierFor({ url: server.url }));
    expect(result).toMatchObject({ delivered: false, isRetryable: true, reason: "unreachable" });
    expect(server.mails).toEqual([]);
  });

  it.each(["starttls", "implicit"] as const)("goes through TLS: %s", async (tls) => {
    const before = getCACertificates("default");
    setDefaultCACertificates([...before, localhostCertificate.cert]);
    try {
      const server = await start({ credentials, tls });
      expect(await deliver(notifierFor({ url: server.url }))).toEqual({ delivered: true });
      expect(server.mails[0]?.isSecure).toBe(true);
    } finally {
      setDefaultCACertificates(before);
    }
  });

  it.each(["starttls", "implicit"] as const)("trusts no unknown certificate: %s", async (tls) => {
    const server = await start({ credentials, tls });
    const notifier = notifierFor({ url: server.url });
    expect(await deliver(notifier)).toMatchObject({ delivered: false, isRetryable: true });
    expect(server.mails).toEqual([]);
    const stages = await notifier.test({ signal: AbortSignal.timeout(10_000) });
    expect(stages.map(({ name, status }) => [name, status])).toEqual([
      ["reach", "ok"],
      ["tls", "failed"],
      ["sign_in", "notRun"],
    ]);
  });

  it("tells a wrong password in its stages", async () => {
    const server = await start({ credentials });
    const url = server.url.replace("s%3Acret", "wrong");
    const stages = await notifierFor({ url, require_tls: false }).test({
      signal: AbortSignal.timeout(10_000),
    });
    expect(stages.map(({ name, status }) => [name, status])).toEqual([
      ["reach", "ok"],
      ["tls", "ok"],
      ["sign_in", "failed"],
    ]);
    expect(JSON.stringify(stages)).not.toContain("wrong");
  });

  it("ends its stages with the signal when nobody greets", async () => {
    const server = await start();
    server.fail({ kind: "no_greeting" });
    const startedMs = performance.now();
    const stages = await notifierFor({ url: server.url }).test({
      signal: AbortSignal.timeout(200),
    });
    expect(stages[0]).toMatchObject({ name: "reach", status: "failed" });
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});

describe("the configuration of e-mail", () => {
  it.each([
    ["smtp://mail.example.com", { host: "mail.example.com", port: null, isSecure: false }],
    ["smtps://[::1]:2465/", { host: "::1", port: 2465, isSecure: true }],
    ["smtp://a%40b:p%3Aw@h:25", { credentials: { user: "a@b", password: "p:w" } }],
  ])("reads %s", (text, expected) => {
    expect(smtpEndpointOf(text)).toMatchObject(expected);
  });

  it.each([
    "mail.example.com",
    "https://mail.example.com",
    "smtp://",
    "smtp://mail.example.com/path",
    "smtp://mail.example.com?tls.rejectUnauthorized=false",
    "smtp://%E0%A4%A@mail.example.com",
  ])("refuses %s", (text) => {
    expect(smtpEndpointOf(text)).toBeNull();
    const parsed = email.config.safeParse({ url: text, from });
    expect(parsed.error?.issues.map(({ path }) => path)).toEqual([["url"]]);
  });

  it.each([
    ["Tidemark <t@example.com>", { name: "Tidemark", address: "t@example.com" }],
    ['"Tide, mark" <t@example.com>', { name: "Tide, mark", address: "t@example.com" }],
    ["t@example.com", { name: "", address: "t@example.com" }],
    ["a@example.com, b@example.com", null],
    ["T\r\nBcc: x <t@example.com>", null],
    ["Tidemark", null],
  ])("reads the sender %j", (text, mailbox) => {
    expect(mailboxOf(text)).toEqual(mailbox);
  });
});
