import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiStage, fillStore, noonMs, secret } from "./stage.ts";

let stage: ApiStage;

beforeEach(async () => {
  stage = await ApiStage.start();
});
afterEach(() => stage[Symbol.asyncDispose]());

const results = "/api/v1/checks/orders/orders/fresh/results";
const lists = ["/api/v1/products", "/api/v1/slos", results, "/api/v1/incidents"];
const ones = ["/api/v1/products/orders", "/api/v1/slos/orders/fresh"];

const cursorOf = (...parts: readonly unknown[]) =>
  Buffer.from(JSON.stringify(parts)).toString("base64url");

const badCursors = [
  ["no base64", "%2F%2F%2F"],
  ["nothing", "W10"],
  ["no list", Buffer.from('{"0":"results"}').toString("base64url")],
  ["of no list that there is", cursorOf("deliveries", noonMs, 1)],
  ["of words", cursorOf("results", "yesterday", "first")],
  ["of fractions", cursorOf("results", 0.5, 1)],
  ["of an infinite number", Buffer.from('["results",1e999,1]').toString("base64url")],
  ["too long", cursorOf("results", noonMs, 1, "x".repeat(1000))],
  ["with more than it takes", cursorOf("results", noonMs, 1, 2)],
  ["of SQL", cursorOf("incidents", noonMs, ["' OR 1=1 --"])],
  ["spelled in another way", Buffer.from(`["results", ${noonMs}, 1]`).toString("base64url")],
] as const;

describe("a bad query is refused", () => {
  const refusal = (detail: string) => ({
    status: 400,
    body: { type: "about:blank", title: "Bad Request", status: 400, detail },
  });

  it.each(badCursors)("with a cursor that is %s", async (_, cursor) => {
    for (const list of lists) {
      expect(await stage.get(`${list}?cursor=${cursor}`)).toEqual(
        refusal("`cursor` is none of this list; take it from an answer's `next_cursor`."),
      );
    }
  });

  it("with a cursor of another list", async () => {
    const { body } = await stage.get("/api/v1/slos?limit=1");
    const { status } = await stage.get(`/api/v1/products?cursor=${String(body["next_cursor"])}`);
    expect(status).toBe(400);
  });

  it.each(["0", "201", "-1", "1.5", "ten", "1e2", "99999999999999999999", "%00"])(
    "with a limit of %s",
    async (limit) => {
      for (const list of lists) {
        expect(await stage.get(`${list}?limit=${limit}`)).toEqual(
          refusal("`limit` is a whole number from 1 to 200."),
        );
      }
    },
  );

  it.each([
    "2026-01-05",
    "2026-01-05T12:00:00",
    "2026-02-30T00:00:00Z",
    "2026-01-05T25:00:00Z",
    "2026-13-01T00:00:00Z",
    "1767592800000",
    "now",
    "2026-01-05T12:00:00Z%00",
  ])("with %s for an instant", async (instant) => {
    expect(await stage.get(`${results}?from=${instant}`)).toEqual(
      refusal("`from` is an instant with its offset, such as 2026-01-05T06:00:00Z."),
    );
  });

  it("with a range that ends before it begins, or is empty", async () => {
    const at = "2026-01-05T12:00:00Z";
    expect(await stage.get(`${results}?from=${at}&to=${at}`)).toEqual(
      refusal("`from` must be before `to`."),
    );
  });

  it("with a flag that is neither true nor false", async () => {
    expect(await stage.get("/api/v1/incidents?open=yes")).toEqual(
      refusal("`open` is true or false."),
    );
  });

  it.each(lists)("with a value that is missing or given twice: %s", async (list) => {
    expect(await stage.get(`${list}?limit=`)).toEqual(refusal("`limit` needs one value."));
    expect(await stage.get(`${list}?limit=1&limit=1`)).toEqual(refusal("`limit` needs one value."));
  });

  it.each(lists)("with a slip in a parameter's name, which is not repeated: %s", async (list) => {
    for (const slip of ["onwer=web", "__proto__=1", "constructor=1", "%3Cscript%3E=1"]) {
      const { status, body } = await stage.get(`${list}?${slip}`);
      expect(status).toBe(400);
      expect(body["detail"]).toMatch(
        /^Only these query parameters are known here: .*limit, cursor\.$/,
      );
    }
  });

  it.each(ones)("with any parameter where there is none: %s", async (one) => {
    expect(await stage.get(`${one}?limit=1`)).toEqual(refusal("No query parameter is known here."));
  });
});

describe("what is not there is a 404", () => {
  it.each([
    ["/api/v1/products/nothing", "There is no product of this name."],
    ["/api/v1/products/", "There is no product of this name."],
    ["/api/v1/products/__proto__", "There is no product of this name."],
    ["/api/v1/products/orders%00", "There is no product of this name."],
    ["/api/v1/products/..%2Forders", "There is no product of this name."],
    ["/api/v1/slos/orders/nothing", "There is no SLO of this name."],
    ["/api/v1/slos/constructor/name", "There is no SLO of this name."],
    ["/api/v1/slos/orders%2Ffresh/", "There is no SLO of this name."],
    ["/api/v1/slos/orders%2Ffresh", "There is nothing at this path."],
    ["/api/v1/checks/orders/orders/nothing/results", "There is no check of this name."],
    ["/api/v1/checks/orders%2Forders/fresh//results", "There is no check of this name."],
    ["/api/v1/checks/orders%2Forders%2Ffresh/results", "There is nothing at this path."],
    ["/api/v1/checks/orders/orders/fresh", "There is nothing at this path."],
    ["/api/v1/products/orders/", "There is nothing at this path."],
    ["/api/v1", "There is nothing at this path."],
    ["/api/v2/products", "There is nothing at this path."],
  ])("%s", async (path, detail) => {
    expect(await stage.get(path)).toEqual({
      status: 404,
      body: { type: "about:blank", title: "Not Found", status: 404, detail },
    });
  });

  it("a name that is longer than any", async () => {
    const { status, body } = await stage.get(`/api/v1/products/${"x".repeat(7_000)}`);
    expect([status, body["detail"]]).toEqual([404, "There is no product of this name."]);
  });

  it("a name of 10 kB is more than a request may hold", async () => {
    const { status } = await stage.get(`/api/v1/products/${"x".repeat(10_240)}`);
    expect(status).toBe(431);
  });

  it.each(["/api/v1/products/%zz", "/api/v1/products/%ff%fe"])(
    "a name that cannot be decoded is a bad request: %s",
    async (path) => {
      const { hostname, port } = new URL(stage.address);
      const socket = connect(Number(port), hostname);
      await once(socket, "connect");
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 .*"status":400/s);
    },
  );
});

describe("other methods", () => {
  it.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])(
    "%s is refused wherever there is something to read",
    async (method) => {
      for (const path of [...lists, ...ones]) {
        const response = await fetch(`${stage.address}${path}?x=1`, { method });
        expect([path, response.status, response.headers.get("allow")]).toEqual([
          path,
          405,
          "GET, HEAD",
        ]);
        expect(response.headers.get("content-type")).toBe("application/problem+json");
        await response.body?.cancel();
      }
    },
  );

  it("are a 404 where there is nothing", async () => {
    expect((await stage.get("/api/v1/checks", { method: "POST" })).status).toBe(404);
    expect((await stage.get("/api/v1/slos/orders", { method: "DELETE" })).status).toBe(404);
  });
});

describe("with a token", () => {
  const token = "s3cret-token";
  let guarded: ApiStage;

  beforeEach(async () => {
    guarded = await ApiStage.start(fillStore, token);
  });
  afterEach(() => guarded[Symbol.asyncDispose]());

  it.each([...lists, ...ones])("answers whoever bears it, and nobody else: %s", async (path) => {
    const status = async (headers: Readonly<Record<string, string>>) =>
      (await guarded.get(path, { headers })).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: `Bearer ${token}x` })).toBe(401);
    expect(await status({ authorization: `Basic ${token}` })).toBe(401);
    expect(await status({ authorization: `Bearer ${token}` })).toBe(200);
    // In the query it would end in logs.
    expect((await guarded.get(`${path}?token=${token}`)).status).toBe(401);
  });

  it("does not tell strangers what there is, or that their query is bad", async () => {
    for (const path of [
      "/api/v1/products/nothing",
      `/api/v1/products/${"x".repeat(7_000)}`,
      "/api/v1/slos?limit=0",
      "/api/v1/nothing",
    ]) {
      expect((await guarded.get(path)).status).toBe(401);
    }
    expect((await guarded.get("/api/v1/slos", { method: "POST" })).status).toBe(401);
  });
});

it("says that the store cannot be read, and not where it lies", async () => {
  await stage.store[Symbol.asyncDispose]();
  const { status, body } = await stage.get(results);
  expect([status, body]).toEqual([
    503,
    {
      type: "about:blank",
      title: "Service Unavailable",
      status: 503,
      detail: "The store cannot be opened, read or written.",
      code: "TM_STORE_UNAVAILABLE",
    },
  ]);
  // What needs no history is answered all the same.
  expect((await stage.get("/api/v1/products/orders")).status).toBe(200);
});

it("shows no secret of the configuration in any answer", async () => {
  for (const path of [...lists, ...ones, "/api/v1/products/visits", "/api/v1/slos/visits/enough"]) {
    const { status, body } = await stage.get(path);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).not.toContain(secret);
  }
});
