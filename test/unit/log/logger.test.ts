import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { ConnectorError } from "../../../src/core/connector.ts";
import { TidemarkError } from "../../../src/core/errors.ts";
import type { LogFields } from "../../../src/core/logger.ts";
import type { LoggerOptions } from "../../../src/log/logger.ts";
import { createLogger } from "../../../src/log/logger.ts";

/** A logger over lines in memory. */
function open(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return {
    lines,
    logger: createLogger({ level: "info", format: "json", ...options, destination }),
  };
}

/** What one line of JSON says of `fields`. */
function logged(fields: LogFields): Record<string, unknown> {
  const { lines, logger } = open();
  logger.info(fields, "said");
  const { level, time, msg, ...rest } = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
  expect([level, msg, lines.length]).toEqual(["info", "said", 1]);
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return rest;
}

describe("the log", () => {
  it("is one JSON object a line, with the fields of its children", () => {
    const { lines, logger } = open();
    logger.child({ room: "engine" }).warn({ checkId: "orders/orders/fresh", tries: 2 }, "slow");
    expect(lines[0]).toMatch(
      /^\{"level":"warn","time":"[^"]+","room":"engine","checkId":"orders\/orders\/fresh","tries":2,"msg":"slow"\}\n$/,
    );
  });

  it("is one line for people when it is pretty", () => {
    const { lines, logger } = open({ format: "pretty" });
    logger.info({ products: 4 }, "watching");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\[\d\d:\d\d:\d\d\] INFO: watching \{"products":4\}\n$/);
  });

  it("is coloured when that is asked for", () => {
    const { lines, logger } = open({ format: "pretty", hasColour: true });
    logger.info({}, "watching");
    expect(lines[0]).toContain("\u001b[");
  });

  it.each([
    ["debug", ["debug", "info", "warn", "error"]],
    ["warn", ["warn", "error"]],
    ["silent", []],
  ] as const)("at level %s holds only what is as grave", (level, written) => {
    const { lines, logger } = open({ level });
    for (const at of ["debug", "info", "warn", "error"] as const) {
      logger[at]({}, at);
    }
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(written);
  });

  it.each(["json", "pretty"] as const)(
    "in %s goes to standard error, complete before the process exits",
    async (format) => {
      const module = new URL("../../../src/log/logger.ts", import.meta.url).href;
      const script = `
        const { createLogger } = await import(${JSON.stringify(module)});
        const logger = createLogger({ level: "info", format: "${format}" });
        for (let i = 0; i < 500; i += 1) logger.info({ i }, "line");
        process.exit(0);`;
      const args = ["--input-type=module", "--eval", script];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
      expect(stdout).toBe("");
      expect(stderr.trimEnd().split("\n")).toHaveLength(500);
    },
  );
});

describe("secrets", () => {
  it.each([
    "password",
    "PGPASSWORD",
    "db_passwd",
    "secret",
    "clientSecret",
    "token",
    "slack-token",
    "apiKey",
    "api_key",
    "privateKey",
    "Authorization",
    "credentials",
    "set-cookie",
    "connection_string",
  ])("are redacted when the field is called %s", (key) => {
    expect(logged({ [key]: "hunter2" })).toEqual({ [key]: "[redacted]" });
    expect(logged({ inside: [{ [key]: { deep: "hunter2" } }] })).toEqual({
      inside: [{ [key]: "[redacted]" }],
    });
  });

  it("are redacted in the fields of a child", () => {
    const { lines, logger } = open();
    logger.child({ token: "hunter2" }).info({}, "said");
    expect(lines[0]).toContain('"token":"[redacted]"');
  });

  it("are taken out of addresses, in fields and in the message", () => {
    const { lines, logger } = open();
    const url = "postgres://ana:hunter2@db.example.com/dwh";
    const fields = { url, parsed: new URL(url), query: "host=db&password=hunter2&port=1" };
    logger.info(fields, `connecting to ${url}`);
    expect(lines[0]).not.toContain("hunter2");
    expect(lines[0]).toContain("connecting to postgres://[redacted]@db.example.com/dwh");
  });

  it("do not include the counts of outcomes", () => {
    expect(logged({ pass: 3, author: "ana" })).toEqual({ pass: 3, author: "ana" });
  });
});

describe("errors", () => {
  const driver = Object.assign(new Error('Key (email)=(bob@example.com)\n    at "hunter2"'), {
    code: "23505",
    detail: "hunter2",
  });

  it("of ours are told by code, message and hint, without their cause", () => {
    const error = new TidemarkError("TM_STORE_LOCKED", "Another process writes to it.", {
      hint: "Stop it.",
      cause: driver,
    });
    expect(logged({ error })).toEqual({
      error: {
        code: "TM_STORE_LOCKED",
        message: "Another process writes to it.",
        hint: "Stop it.",
      },
    });
  });

  it("of a warehouse are told by kind and code, without what the driver said", () => {
    const error = new ConnectorError(
      { kind: "timeout", message: "No answer in 30s.", code: "57014" },
      { cause: driver },
    );
    expect(logged({ error })).toEqual({
      error: { kind: "timeout", code: "57014", message: "No answer in 30s." },
    });
  });

  it("of others are told by type, code and place alone", () => {
    const { error } = logged({ error: driver }) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ type: "Error", code: "23505" });
    expect(Object.keys(error)).toEqual(["type", "code", "stack"]);
    expect(JSON.stringify(error)).not.toMatch(/hunter2|bob/);
    const plain = logged({ err: new TypeError("hunter2 is not a function") });
    expect(plain).toMatchObject({ err: { type: "TypeError" } });
    expect(JSON.stringify(plain)).toContain("logger.test.ts");
    expect(JSON.stringify(plain)).not.toContain("hunter2");
  });

  it("whose message was changed later do not give away the first one", () => {
    const changed = new Error("first\n    at hunter2");
    changed.message = "second";
    expect(JSON.stringify(logged({ error: changed }))).not.toContain("hunter2");
  });

  it("that are nested keep quiet as well", () => {
    const nested = new AggregateError([driver], "hunter2", { cause: driver });
    expect(JSON.stringify(logged({ failed: [nested] }))).not.toMatch(/hunter2|bob/);
  });
});

describe("anything else", () => {
  class Pool {
    readonly options = { host: "hunter2" };
  }
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;

  it.each<[string, unknown, unknown]>([
    ["a bigint", 5n, "5"],
    ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["an invalid date", new Date(Number.NaN), "[invalid date]"],
    ["an instance", new Pool(), "[object]"],
    ["a function", () => 1, "[function]"],
    ["a circle", circle, { self: { self: { self: { self: "[nested]" } } } }],
    ["control characters", "a\u001b[31m\nb\u0000", "a [31m b "],
    ["a megabyte", "m".repeat(1_000_000), `${"m".repeat(2000)}…`],
    ["null", null, null],
    [
      "a getter that throws",
      Object.defineProperty({}, "bad", {
        enumerable: true,
        get: () => {
          throw new Error("hunter2");
        },
      }),
      { bad: "[unreadable]" },
    ],
  ])("is written safely and bounded: %s", (_, value, shown) => {
    expect(logged({ value })).toEqual({ value: shown });
  });

  it("cannot stand in for the logger's own keys", () => {
    expect(logged({ level: "fatal", msg: "forged", time: 1 })).toEqual({
      level_: "fatal",
      msg_: "forged",
      time_: 1,
    });
  });

  it("cannot forge a line with its message", () => {
    const { lines, logger } = open({ format: "pretty" });
    logger.info({}, "one\n[00:00:00] INFO: two");
    expect(lines.join("").trimEnd().split("\n")).toHaveLength(1);
  });
});
