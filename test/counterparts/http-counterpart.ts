import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP server on a free port of 127.0.0.1 that records every request before it answers. */
export abstract class HttpCounterpart implements AsyncDisposable {
  readonly requests: ReceivedRequest[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#receive(request, response).catch(() => response.destroy());
    });
  }

  async start(port = 0): Promise<this> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  /** `http://127.0.0.1:PORT` */
  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that clients hold open now. */
  async connectionCount(): Promise<number> {
    const counted = Promise.withResolvers<number>();
    this.#server.getConnections((error, count) => {
      if (error === null) {
        counted.resolve(count);
      } else {
        counted.reject(error);
      }
    });
    return await counted.promise;
  }

  /** Cuts every connection that clients hold open, idle or not. */
  cutConnections(): void {
    this.#server.closeAllConnections();
  }

  /** Ends hanging requests as well. */
  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  protected abstract answer(request: ReceivedRequest, response: ServerResponse): void;

  async #receive(message: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    message.setEncoding("utf8");
    for await (const chunk of message) {
      body += String(chunk);
    }
    const received = {
      method: message.method ?? "",
      path: message.url ?? "",
      headers: message.headers,
      body,
    };
    this.requests.push(received);
    this.answer(received, response);
  }
}
