import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Whether the client's words since the tap was armed are a whole request. */
type IsWhole = (sent: string) => boolean;

/**
 * Stands between the daemon and a receiver and passes everything on. Once armed, it lets the next request
 * through and keeps the answer: the receiver has the notice, and the daemon does not know.
 */
export class Tap implements AsyncDisposable {
  readonly #server: Server;
  readonly #isWhole: IsWhole;
  readonly #sockets = new Set<Socket>();
  #armed: PromiseWithResolvers<void> | null = null;

  private constructor(targetPort: number, isWhole: IsWhole) {
    this.#isWhole = isWhole;
    this.#server = createServer((socket) => this.#join(socket, connect(targetPort, "127.0.0.1")));
  }

  static async open(targetPort: number, isWhole: IsWhole): Promise<Tap> {
    const tap = new Tap(targetPort, isWhole);
    tap.#server.listen(0, "127.0.0.1");
    await once(tap.#server, "listening");
    return tap;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Whether neither side has anything more to say. */
  get isQuiet(): boolean {
    return this.#sockets.size === 0;
  }

  /** Resolves when a request has reached the receiver and its answer is kept. */
  arm(): Promise<void> {
    this.#armed = Promise.withResolvers<void>();
    return this.#armed.promise;
  }

  disarm(): void {
    this.#armed = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await closed;
  }

  #join(client: Socket, receiver: Socket): void {
    let sent = "";
    let armedBy: object | null = null;
    for (const [one, other] of [
      [client, receiver],
      [receiver, client],
    ] as const) {
      this.#sockets.add(one);
      one.on("error", () => one.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        // What the dead daemon had sent by then still reaches the receiver.
        other.end();
      });
    }
    client.on("data", (data) => {
      if (this.#armed !== null) {
        sent = (armedBy === this.#armed ? sent : "") + data.toString("latin1");
        armedBy = this.#armed;
      }
      receiver.write(data);
    });
    receiver.on("data", (data) => {
      if (this.#armed !== null && armedBy === this.#armed && this.#isWhole(sent)) {
        this.#armed.resolve();
      } else {
        client.write(data);
      }
    });
  }
}
