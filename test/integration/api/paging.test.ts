import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiStage, addResult, incident, type Json, minuteMs, noonMs } from "./stage.ts";

let stage: ApiStage;

beforeEach(async () => {
  stage = await ApiStage.start(async () => {});
});
afterEach(() => stage[Symbol.asyncDispose]());

/** Follows `next` to the end; `between` runs after each page. */
async function walk(path: string, between: () => Promise<unknown> = async () => {}) {
  const pages: (readonly Json[])[] = [];
  for (let next: string | null = path; next !== null; ) {
    const { status, body } = await stage.get(next);
    expect(status).toBe(200);
    pages.push(body["items"] as readonly Json[]);
    next = body["next"] as string | null;
    await between();
  }
  return pages;
}

const atMs = (item: Json): number => Date.parse(String(item["at"]));

describe("paging through results", () => {
  const path = "/api/v1/checks/orders/orders/fresh/results";

  it("gives every result once while new ones are added at both ends", async () => {
    const expected: number[] = [];
    for (let index = 0; index < 57; index += 1) {
      // Three of one instant, so that pages end among equals.
      const ms = noonMs - Math.floor(index / 3) * minuteMs;
      await addResult(stage.store, { atMs: ms, probe: index });
      expected.push(ms);
    }
    let added = 1000;
    const pages = await walk(`${path}?limit=10&to=2026-01-05T12:00:00.001Z`, async () => {
      added += 1;
      await addResult(stage.store, { atMs: noonMs + added, probe: added });
      // As after a clock set back: among those that were given already.
      await addResult(stage.store, { atMs: noonMs, probe: added + 1000 });
    });
    expect(pages.map(({ length }) => length)).toEqual([10, 10, 10, 10, 10, 7]);
    expect(pages.flat().map(atMs)).toEqual(expected);
  });

  it("ends at the start of the range, and needs no further page for one that is full", async () => {
    for (let index = 0; index < 4; index += 1) {
      await addResult(stage.store, { atMs: noonMs - index * minuteMs });
    }
    const pages = await walk(`${path}?limit=2&from=2026-01-05T11:57:00Z`);
    expect(pages.map(({ length }) => length)).toEqual([2, 2]);
  });

  it("keeps the filters in the link, and gives it as a header too", async () => {
    for (let index = 0; index < 2; index += 1) {
      await addResult(stage.store, { atMs: noonMs - index * minuteMs });
    }
    const query = "?to=2026-01-05T13:30:00%2B01:00&limit=1";
    const response = await fetch(`${stage.address}${path}${query}`);
    const body = (await response.json()) as Json;
    const cursor = String(body["next_cursor"]);
    expect(body["next"]).toBe(
      `${path}?to=2026-01-05T13%3A30%3A00%2B01%3A00&limit=1&cursor=${cursor}`,
    );
    expect(response.headers.get("link")).toBe(`<${String(body["next"])}>; rel="next"`);
  });
});

describe("paging through incidents", () => {
  it("gives every incident once while others open", async () => {
    for (let index = 0; index < 7; index += 1) {
      const openedMs = noonMs - Math.floor(index / 2) * minuteMs;
      await stage.store.incidents.put({ ...incident, id: `inc-${index}`, openedMs });
    }
    let added = 0;
    const pages = await walk("/api/v1/incidents?limit=3&open=true", async () => {
      added += 1;
      await stage.store.incidents.put({
        ...incident,
        id: `new-${added}`,
        openedMs: noonMs + added,
      });
    });
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([
      ["inc-1", "inc-0", "inc-3"],
      ["inc-2", "inc-5", "inc-4"],
      ["inc-6"],
    ]);
  });
});

describe("paging through what is declared", () => {
  it("gives SLOs by id and products by name, with the filters of the first page", async () => {
    const slos = await walk("/api/v1/slos?limit=1&owner=checkout");
    expect(slos.flat().map(({ id }) => id)).toEqual(["orders/fresh", "orders/whole"]);
    const products = await walk("/api/v1/products?limit=1");
    expect(products.flat().map(({ name }) => name)).toEqual(["orders", "visits"]);
  });

  it("goes on behind a name that is there no more", async () => {
    const gone = Buffer.from(JSON.stringify(["slos", "orders/gone"])).toString("base64url");
    const [page] = await walk(`/api/v1/slos?cursor=${gone}`);
    expect(page?.map(({ id }) => id)).toEqual(["orders/whole", "visits/enough"]);
  });
});
