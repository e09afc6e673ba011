import { validateHeaderName, validateHeaderValue } from "node:http";
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
import {
  failureOfStatus,
  permanent,
  property,
  retryable,
  type Undelivered,
  waitOf,
} from "../_shared/failures.ts";
import { guarded } from "../_shared/guard.ts";
import { BlockedAddressError } from "./addresses.ts";
import { payloadOf } from "./payload.ts";
import { type Endpoint, post } from "./post.ts";
import { stagesOfEndpoint } from "./stages.ts";

/** Set by us or by HTTP itself. */
const ownHeaders = new Set([
  "connection",
  "content-length",
  "content-type",
  "expect",
  "host",
  "idempotency-key",
  "transfer-encoding",
  "upgrade",
]);

const config = z.strictObject({
  url: z
    .url({ protocol: /^https?$/u })
    .meta({ description: "Where notices are posted.", secret: true }),
  headers: z
    .record(z.string(), z.string())
    .refine((headers) => Object.entries(headers).every(isAllowedHeader), {
      message:
        "must be valid HTTP headers other than those that Tidemark or HTTP set (Content-Type, Idempotency-Key, Host, …)",
    })
    .default({})
    .meta({ description: "Further request headers, such as Authorization.", secret: true }),
  allow_private_addresses: z.boolean().default(false).meta({
    description:
      "Lets the webhook reach private, loopback and link-local addresses, for receivers inside the network.",
  }),
});

type WebhookConfig = z.output<typeof config>;

/** Posts each notice as JSON with an `Idempotency-Key`. */
export const webhook: NotifierSpec<WebhookConfig> = {
  type: "webhook",
  config,
  addressProblem: (address) =>
    address === null
      ? null
      : "A webhook takes no address: write its name alone, and declare one notifier per URL.",
  create: (given, context) => new WebhookNotifier(given, context),
};

class WebhookNotifier implements Notifier {
  readonly #endpoint: Endpoint;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #context: NotifierContext;
  readonly #disposed = new AbortController();

  constructor(given: WebhookConfig, context: NotifierContext) {
    this.#endpoint = {
      url: new URL(given.url),
      allowsPrivateAddresses: given.allow_private_addresses,
    };
    this.#headers = given.headers;
    this.#context = context;
  }

  deliver(notice: Notice, options: DeliverOptions): Promise<DeliveryResult> {
    return guarded(this.#context.logger, async () => {
      const body = JSON.stringify(payloadOf(notice));
      const headers = {
        "User-Agent": "Tidemark",
        ...this.#headers,
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": options.idempotencyKey,
      };
      const signal = AbortSignal.any([options.signal, this.#disposed.signal]);
      try {
        const { status, retryAfter } = await post(this.#endpoint, headers, body, signal);
        if (status >= 200 && status < 300) {
          return { delivered: true };
        }
        const waitMs = waitOf(retryAfter, this.#context.clock.now());
        return this.#told(failureOfStatus(status, waitMs), status);
      } catch (error) {
        return this.#told(failureOfSocket(error), property(error, "code"));
      }
    });
  }

  test(options: { readonly signal: AbortSignal }): Promise<readonly ConnectionStage[]> {
    const signal = AbortSignal.any([options.signal, this.#disposed.signal]);
    return stagesOfEndpoint(this.#endpoint, signal, this.#context.clock);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort();
  }

  #told(result: Undelivered, code: unknown): Undelivered {
    this.#context.logger.warn({ reason: result.reason, code }, "a webhook did not take a notice");
    return result;
  }
}

function failureOfSocket(error: unknown): Undelivered {
  if (error instanceof BlockedAddressError) {
    return permanent("no_such_address");
  }
  const name = property(error, "name");
  const isTimeout = name === "AbortError" || name === "TimeoutError";
  return retryable(
    isTimeout || property(error, "code") === "ETIMEDOUT" ? "timeout" : "unreachable",
  );
}

function isAllowedHeader([name, value]: [string, string]): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return !ownHeaders.has(name.toLowerCase());
  } catch {
    return false;
  }
}
