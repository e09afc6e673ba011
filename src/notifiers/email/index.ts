import type { Transporter } from "nodemailer";
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
import { permanent, property } from "../_shared/failures.ts";
import { guarded } from "../_shared/guard.ts";
import { isAddress, mailboxOf, smtpEndpointOf } from "./addresses.ts";
import { failureOf } from "./failures.ts";
import { mailOf } from "./mail.ts";
import { stagesOfSmtp } from "./stages.ts";

const connectTimeoutMs = 10_000;
const idleTimeoutMs = 15_000;

const config = z.strictObject({
  url: z
    .string()
    .transform((text, context) => {
      const endpoint = smtpEndpointOf(text);
      if (endpoint === null) {
        const message =
          "must be smtp://[user:password@]host[:port] or smtps://…, with special characters percent-encoded";
        context.issues.push({ code: "custom", message, input: text });
        return z.NEVER;
      }
      return endpoint;
    })
    .meta({ description: "The server that takes mail: smtp://… or smtps://….", secret: true }),
  from: z
    .string()
    .transform((text, context) => {
      const mailbox = mailboxOf(text);
      if (mailbox === null) {
        const message =
          "must be an address, or a name and an address: Tidemark <tidemark@example.com>";
        context.issues.push({ code: "custom", message, input: text });
        return z.NEVER;
      }
      return mailbox;
    })
    .meta({ description: "The sender.", examples: ["Tidemark <tidemark@example.com>"] }),
  require_tls: z.boolean().optional().meta({
    description:
      "Refuses to go on without TLS. By default so when the URL carries a password; else TLS is used where the server offers it.",
  }),
});

type EmailConfig = z.output<typeof config>;

/** Mails each notice as plain text to one address; the mails of an incident are one thread. */
export const email: NotifierSpec<EmailConfig> = {
  type: "email",
  config,
  addressProblem: (address) =>
    address !== null && isAddress(address)
      ? null
      : "E-mail needs exactly one address, such as `email:oncall@example.com`.",
  create: (given, context) => new EmailNotifier(given, context),
};

class EmailNotifier implements Notifier {
  readonly #config: EmailConfig;
  readonly #context: NotifierContext;
  readonly #disposed = new AbortController();

  constructor(given: EmailConfig, context: NotifierContext) {
    this.#config = given;
    this.#context = context;
  }

  deliver(notice: Notice, options: DeliverOptions): Promise<DeliveryResult> {
    return guarded(this.#context.logger, async () => {
      const { address } = options;
      if (address === null || !isAddress(address)) {
        return permanent("no_such_address");
      }
      const mail = mailOf(notice, this.#config.from, address);
      const signal = AbortSignal.any([options.signal, this.#disposed.signal]);
      const transport = await this.#open();
      try {
        await transport.sendMail({ ...mail, from: { ...mail.from }, to: { ...mail.to }, signal });
        return { delivered: true };
      } catch (error) {
        const result = failureOf(error);
        const code = property(error, "responseCode") ?? property(error, "code");
        this.#context.logger.warn({ reason: result.reason, code }, "a mail was not taken");
        return result;
      }
    });
  }

  async test(options: { readonly signal: AbortSignal }): Promise<readonly ConnectionStage[]> {
    const transport = await this.#open();
    const signal = AbortSignal.any([options.signal, this.#disposed.signal]);
    const { host } = this.#config.url;
    return stagesOfSmtp(() => transport.verify(), host, signal, this.#context.clock);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort();
  }

  /** One connection for each mail: notices are rare, and servers drop connections that idle. */
  async #open(): Promise<Transporter> {
    const { createTransport } = await import("nodemailer");
    const { host, port, isSecure, credentials } = this.#config.url;
    return createTransport({
      host,
      port: port ?? (isSecure ? 465 : 587),
      secure: isSecure,
      requireTLS: this.#config.require_tls ?? credentials !== null,
      ...(credentials === null
        ? {}
        : { auth: { user: credentials.user, pass: credentials.password } }),
      connectionTimeout: connectTimeoutMs,
      greetingTimeout: connectTimeoutMs,
      dnsTimeout: connectTimeoutMs,
      socketTimeout: idleTimeoutMs,
      socketCloseTimeout: 1000,
      maxRecipients: 1,
      disableFileAccess: true,
      disableUrlAccess: true,
      logger: false,
    });
  }
}
