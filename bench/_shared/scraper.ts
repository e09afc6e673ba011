/** Scrapes in a thread of its own, so that reading the answers does not hold up whoever is measured. */
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { isMainThread, parentPort, Worker } from "node:worker_threads";

export interface Asked {
  readonly url: string;
  readonly count: number;
  readonly encoding: "gzip" | "identity";
}

export class Scraper implements AsyncDisposable {
  readonly #worker = new Worker(new URL(import.meta.url));

  /** Asks `count` times at once, and resolves to one of the bodies as it came over the wire. */
  async scrape(asked: Asked): Promise<Uint8Array> {
    this.#worker.postMessage(asked, []);
    const [body] = (await once(this.#worker, "message")) as [Uint8Array];
    return body;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

if (!isMainThread) {
  const agent = new Agent({ keepAlive: true });
  parentPort?.on("message", (asked: Asked) => {
    void Promise.all(Array.from({ length: asked.count }, () => bodyOf(asked, agent))).then(
      ([body]) => parentPort?.postMessage(body, []),
    );
  });
}

async function bodyOf({ url, encoding }: Asked, agent: Agent): Promise<Uint8Array> {
  const request = get(url, { agent, headers: { "accept-encoding": encoding } });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(response, "end");
  return new Uint8Array(Buffer.concat(chunks));
}
