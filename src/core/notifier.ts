import type { z } from "zod";
import type { Clock } from "./clock.ts";
import type { ConnectionStage } from "./connector.ts";
import type { Notice } from "./incident.ts";
import type { Logger } from "./logger.ts";

/** Why a delivery failed: a closed set, used as a metric label. */
export type DeliveryFailure =
  | "unreachable"
  | "timeout"
  | "rate_limited"
  | "server_error"
  | "auth"
  | "permission"
  | "no_such_address"
  | "rejected"
  | "internal";

/** `externalId` is handed back with later notices of the same incident to the same channel. */
export type DeliveryResult =
  | { readonly delivered: true; readonly externalId?: string }
  | {
      readonly delivered: false;
      readonly isRetryable: boolean;
      readonly retryAfterMs?: number;
      readonly reason: DeliveryFailure;
    };

export interface DeliverOptions {
  /** What follows the colon of a target, e.g. `#checkout-oncall`. */
  readonly address: string | null;
  /** What the incident's first delivery to this channel returned, else null. */
  readonly externalId: string | null;
  /** The same for every repeat of this notice to this channel. */
  readonly idempotencyKey: string;
  /** Aborts at the delivery's deadline; a notifier never outlives it. */
  readonly signal: AbortSignal;
}

/** Says whether to retry, and never retries itself. Never throws for what a channel does. */
export interface Notifier extends AsyncDisposable {
  deliver(notice: Notice, options: DeliverOptions): Promise<DeliveryResult>;
  /** Reaches the channel in stages without sending a message. */
  test(options: { readonly signal: AbortSignal }): Promise<readonly ConnectionStage[]>;
}

export interface NotifierContext {
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Writes to the terminal; only the console notifier uses it. */
  readonly print: (text: string) => void;
}

/** A kind of channel. `config` is a strict object of its own keys; secrets carry `.meta({ secret: true })`. */
export interface NotifierSpec<C = unknown> {
  readonly type: string;
  readonly config: z.ZodObject & z.ZodType<C>;
  /** Says what is wrong with a target's address, or null; `null` is a target without one. */
  addressProblem(address: string | null): string | null;
  /** Does no I/O. */
  create(config: C, context: NotifierContext): Notifier;
}
