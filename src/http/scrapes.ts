import type { ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Exposition } from "../metrics/registry.ts";
import { acceptsGzip } from "./accept-encoding.ts";

/** What fits into one packet gains nothing. */
const smallestZipped = 1_400;

/** An exposition is some 20 MB for 20,000 checks, and a scraper that reads slowly holds one. */
const maxHeld = 5;

const zip = promisify(gzip);

/**
 * Answers scrapes. Those of one exposition share its bytes and its gzip, which is made in a thread of its own. Answers
 * under way hold `maxHeld` expositions at most: when one more is to be sent, those that hold the oldest are cut off.
 */
export class Scrapes {
  readonly #render: () => Promise<Exposition>;
  readonly #zipped = new WeakMap<Exposition, Promise<Buffer>>();
  /** Oldest first. */
  readonly #underWay = new Map<Exposition, Set<ServerResponse>>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(render: () => Promise<Exposition>) {
    this.#render = render;
  }

  async answer({ headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const exposition = await this.#render();
    reply.headers({ "content-type": exposition.contentType, vary: "accept-encoding" });
    const isZipped =
      exposition.body.length >= smallestZipped && acceptsGzip(headers["accept-encoding"]);
    // Whoever has hung up by now needs no gzip.
    const body = isZipped && !isOver(reply.raw) ? await this.#zip(exposition) : exposition.body;
    await this.#nextTurn();
    if (isOver(reply.raw)) {
      return reply.hijack();
    }
    this.#hold(exposition, reply.raw);
    if (isZipped) {
      reply.header("content-encoding", "gzip");
    }
    return reply.send(body);
  }

  #zip(exposition: Exposition): Promise<Buffer> {
    const known = this.#zipped.get(exposition);
    if (known !== undefined) {
      return known;
    }
    const zipped = zip(exposition.body, { level: constants.Z_BEST_SPEED });
    this.#zipped.set(exposition, zipped);
    return zipped;
  }

  /** One answer in each turn of the event loop: handing a megabyte to the system takes it a moment. */
  async #nextTurn(): Promise<void> {
    this.#turn = this.#turn.then(() => setImmediate());
    await this.#turn;
  }

  #hold(exposition: Exposition, response: ServerResponse): void {
    const holders = this.#underWay.get(exposition) ?? new Set();
    this.#underWay.set(exposition, holders.add(response));
    response.once("close", () => {
      holders.delete(response);
      if (holders.size === 0 && this.#underWay.get(exposition) === holders) {
        this.#underWay.delete(exposition);
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

function isOver(response: ServerResponse): boolean {
  return response.closed || response.destroyed;
}
