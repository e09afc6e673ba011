import { once } from "node:events";
import { createServer, get, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

interface Exchange {
  readonly asked: IncomingHttpHeaders;
  readonly answered: IncomingHttpHeaders;
}

/** Stands before a server, passes on every byte, and notes the headers of both sides. */
export class Overhearing implements AsyncDisposable {
  readonly exchanges: Exchange[] = [];
  readonly #server: Server;

  private constructor(origin: string) {
    this.#server = createServer(({ url, headers }, response) => {
      const passed = get(`${origin}${url}`, { headers }, (answer) => {
        this.exchanges.push({ asked: headers, answered: answer.headers });
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      passed.on("error", () => response.destroy());
    });
  }

  static async before(origin: string): Promise<Overhearing> {
    const overhearing = new Overhearing(origin);
    overhearing.#server.listen(0, "127.0.0.1");
    await once(overhearing.#server, "listening");
    return overhearing;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
