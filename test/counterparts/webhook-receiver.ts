import type { ServerResponse } from "node:http";
import { HttpCounterpart, type ReceivedRequest } from "./http-counterpart.ts";

export type WebhookBehaviour =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Takes the request and never answers. */
  | { readonly kind: "hang" }
  /** Takes the request and breaks the connection. */
  | { readonly kind: "drop" }
  /** Answers with a status and then a body that never ends. */
  | { readonly kind: "endless" };

/** A receiver of webhooks: answers 204 unless told otherwise for the next request or for all. */
export class WebhookReceiver extends HttpCounterpart {
  behaviour: WebhookBehaviour = { kind: "answer", status: 204 };
  readonly #next: WebhookBehaviour[] = [];

  /** Behaviours for the next requests, in order; after them `behaviour` holds again. */
  next(...behaviours: readonly WebhookBehaviour[]): void {
    this.#next.push(...behaviours);
  }

  get url(): string {
    return `${this.origin}/hook`;
  }

  protected override answer(_request: ReceivedRequest, response: ServerResponse): void {
    const behaviour = this.#next.shift() ?? this.behaviour;
    switch (behaviour.kind) {
      case "hang":
        return;
      case "drop":
        response.destroy();
        return;
      case "endless":
        response.writeHead(200, { "Content-Type": "text/plain" }).write("x".repeat(1000));
        return;
      case "answer":
        response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body);
        return;
    }
  }
}
