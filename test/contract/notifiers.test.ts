import type { NotifierSpec } from "../../src/core/notifier.ts";
import { email } from "../../src/notifiers/email/index.ts";
import { slack } from "../../src/notifiers/slack/index.ts";
import { webhook } from "../../src/notifiers/webhook/index.ts";
import { SlackServer } from "../counterparts/slack-server.ts";
import { SmtpCounterpart } from "../counterparts/smtp-counterpart.ts";
import { WebhookReceiver } from "../counterparts/webhook-receiver.ts";
import { describeNotifier } from "./notifier-suite.ts";

const canary = "canary-of-the-other-side";

function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => (done ??= work());
}

/** As the configuration hands it on: checked and normalised. */
function configOf<C>(spec: NotifierSpec<C>, given: object): C {
  return spec.config.parse(given);
}

describeNotifier("slack", async (context) => {
  const server = await new SlackServer({ token: "xoxb-canary-token" }).start();
  const stop = onlyOnce(() => server.close());
  return {
    notifier: slack.create({ token: "xoxb-canary-token", api_url: server.apiUrl }, context),
    address: "#data-oncall",
    secrets: ["canary"],
    failTemporarily: () => server.fail({ kind: "garbage", body: `<html>${canary}</html>` }),
    failPermanently: () => server.fail({ kind: "error", code: "is_archived" }),
    hang: () => server.fail({ kind: "hang" }),
    stop,
    connections: () => server.connectionCount(),
    received: () =>
      server.messages.map((message) => ({
        key: (message.metadata as { event_payload: { idempotency_key: string } }).event_payload
          .idempotency_key,
        thread: message.threadTs ?? message.ts,
        text: JSON.stringify(message.blocks),
      })),
    [Symbol.asyncDispose]: stop,
  };
});

describeNotifier("email", async (context) => {
  const credentials = { user: "tidemark", password: "canary-password" };
  const server = await new SmtpCounterpart({ credentials }).start();
  const stop = onlyOnce(() => server.close());
  const given = { url: server.url, from: "Tidemark <tidemark@example.com>", require_tls: false };
  return {
    notifier: email.create(configOf(email, given), context),
    address: "oncall@example.com",
    secrets: ["canary", "refused by the counterpart", "oncall@example.com"],
    failTemporarily: () => server.fail({ kind: "refuse", command: "DATA", code: 451 }),
    failPermanently: () => server.fail({ kind: "refuse", command: "RCPT", code: 550 }),
    hang: () => server.fail({ kind: "no_greeting" }),
    stop,
    connections: async () => server.connectionCount,
    received: () =>
      server.mails.map((mail) => ({
        key: mail.headers.get("message-id") ?? "",
        thread: mail.headers.get("references") ?? mail.headers.get("message-id") ?? "",
        text: mail.text,
      })),
    [Symbol.asyncDispose]: stop,
  };
});

describeNotifier("webhook", async (context) => {
  const receiver = await new WebhookReceiver().start();
  const stop = onlyOnce(() => receiver.close());
  const given = {
    url: `${receiver.url}?key=canary-key`,
    headers: { Authorization: "Bearer canary-bearer" },
    allow_private_addresses: true,
  };
  return {
    notifier: webhook.create(given, context),
    address: null,
    secrets: ["canary"],
    failTemporarily: () => receiver.next({ kind: "answer", status: 503, body: canary }),
    failPermanently: () => receiver.next({ kind: "answer", status: 400, body: canary }),
    hang: () => receiver.next({ kind: "hang" }),
    stop,
    connections: () => receiver.connectionCount(),
    received: () =>
      receiver.requests.map((request) => ({
        key: String(request.headers["idempotency-key"]),
        thread: (JSON.parse(request.body) as { incident_id: string }).incident_id,
        text: request.body,
      })),
    [Symbol.asyncDispose]: stop,
  };
});
