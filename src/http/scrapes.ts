import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import { constants, createGzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Exposition } from "../metrics/registry.ts";
import { acceptsGzip } from "./accept-encoding.ts";

/** What fits into one packet gains nothing. */
const smallestZipped = 1_400;

/** An answer is some 20 MB for 20,000 checks, or 1 MB with gzip, and a scraper that reads slowly holds one. */
const maxHeld = 5;

/**
 * Answers scrapes. Those of one exposition share its bytes and its gzip, which is made in a thread of its own. Scrapers
 * hold `maxHeld` bodies at most, and what they were made of no longer: when one more is to be sent, those that read the
 * oldest are cut off.
 */
export class Scrapes {
  readonly #render: () => Promise<Exposition>;
  readonly #plain = new WeakMap<Exposition, Promise<Buffer>>();
  readonly #zipped = new WeakMap<Exposition, Promise<Buffer>>();
  /** Oldest first. */
  readonly #underWay = new Map<Buffer, Set<ServerResponse>>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(render: () => Promise<Exposition>) {
    this.#render = render;
  }

  async answer({ headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const exposition = await this.#render();
    reply.headers({ "content-type": exposition.contentType, vary: "accept-encoding" });
    const isZipped =
      sizeOf(exposition) >= smallestZipped && acceptsGzip(headers["accept-encoding"]);
    if (isOver(reply.raw)) {
      return reply.hijack();
    }
    const body = await (isZipped
      ? once(this.#zipped, exposition, zip)
      : once(this.#plain, exposition, join));
    await this.#nextTurn();
    if (isOver(reply.raw)) {
      return reply.hijack();
    }
    this.#hold(body, reply.raw);
    if (isZipped) {
      reply.header("content-encoding", "gzip");
    }
    return reply.send(body);
  }

  /** One answer in each turn of the event loop: handing a megabyte to the system takes it a moment. */
  async #nextTurn(): Promise<void> {
    this.#turn = this.#turn.then(() => setImmediate());
    await this.#turn;
  }

  #hold(body: Buffer, response: ServerResponse): void {
    const holders = this.#underWay.get(body) ?? new Set();
    this.#underWay.set(body, holders.add(response));
    response.once("close", () => {
      holders.delete(response);
      if (holders.size === 0 && this.#underWay.get(body) === holders) {
        this.#underWay.delete(body);
      }
    });
    const [oldest] = this.#underWay;
    if (this.#underWay.size > maxHeld && oldest !== undefined) {
      const [held, slow] = oldest;
      this.#underWay.delete(held);
      for (const one of slow) {
        one.destroy();
      }
    }
  }
}

/** What was made of an exposition before, or is being made. */
function once(
  known: WeakMap<Exposition, Promise<Buffer>>,
  exposition: Exposition,
  make: (exposition: Exposition) => Promise<Buffer>,
): Promise<Buffer> {
  const made = known.get(exposition) ?? make(exposition);
  known.set(exposition, made);
  return made;
}

async function join({ chunks }: Exposition): Promise<Buffer> {
  return Buffer.concat(chunks);
}

async function zip({ chunks }: Exposition): Promise<Buffer> {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  const [zipped] = await Promise.all([buffer(gzip), pipeline(Readable.from(chunks), gzip)]);
  return zipped;
}

function sizeOf({ chunks }: Exposition): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

function isOver(response: ServerResponse): boolean {
  return response.closed || response.destroyed;
}
