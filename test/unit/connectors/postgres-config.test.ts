import { describe, expect, it } from "vitest";
import { z } from "zod";
import { config, readSettings } from "../../../connectors/postgres/config.ts";

const settingsOf = (given: unknown) => readSettings(config.parse(given));

/** Path and message of what is wrong with a connection's keys. */
function problemsOf(given: unknown): readonly string[] {
  const parsed = config.safeParse(given);
  return parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
}

describe("a Postgres connection's keys", () => {
  it("are read from a URL, whose parts may be percent-encoded", () => {
    expect(
      settingsOf({ url: "postgres://tide%40mark:p%2Fw%23@db.example.com:5433/my%20data" }),
    ).toEqual({
      host: "db.example.com",
      port: 5433,
      database: "my data",
      user: "tide@mark",
      password: "p/w#",
      ssl: false,
      startOptions: null,
    });
  });

  it("are read one by one, with defaults as Postgres has them", () => {
    expect(settingsOf({ user: "tidemark" })).toEqual({
      host: "localhost",
      port: 5432,
      database: "tidemark",
      user: "tidemark",
      password: null,
      ssl: false,
      startOptions: null,
    });
    expect(settingsOf({ host: "/var/run/postgresql", port: 6432, user: "u" })).toMatchObject({
      host: "/var/run/postgresql",
      port: 6432,
    });
  });

  it("take addresses of IPv6 and start-up options from a URL, and the password from beside it", () => {
    const url = "postgresql://u@[::1]/d?options=-c%20search_path%3Dshop";
    expect(settingsOf({ url, password: "secret", port: 6543 })).toMatchObject({
      host: "::1",
      port: 6543,
      password: "secret",
      startOptions: "-c search_path=shop",
    });
  });

  it("turn verification on for `ssl: true`, and off only where the URL says so", () => {
    const url = "postgres://u@h/d";
    expect(settingsOf({ url })).toMatchObject({ ssl: false });
    expect(settingsOf({ url, ssl: false })).toMatchObject({ ssl: false });
    expect(settingsOf({ url, ssl: true })).toMatchObject({ ssl: {} });
    expect(settingsOf({ url: `${url}?sslmode=disable` })).toMatchObject({ ssl: false });
    expect(settingsOf({ url: `${url}?sslmode=verify-full` })).toMatchObject({ ssl: {} });
    expect(settingsOf({ url: `${url}?sslmode=require` })).toMatchObject({
      ssl: { rejectUnauthorized: false },
    });
    const withCa = settingsOf({ url: `${url}?sslmode=require`, ssl: { ca: "PEM" } });
    expect(withCa).toMatchObject({ ssl: { ca: "PEM" } });
    expect(withCa).not.toMatchObject({ ssl: { rejectUnauthorized: false } });
  });

  it.each([
    [{ url: "mysql://u:canary@h/d" }, "url: must start with postgres:// or postgresql://"],
    [{ url: "postgres://u:canary/@h/d" }, "url: is not a URL of the form"],
    [{ url: "postgres://u:canary%zz@h/d" }, "url: is not a URL of the form"],
    [{ url: "postgres://h/d" }, "user: is missing, here or in `url`"],
    [{ host: "h" }, "user: is missing, here or in `url`"],
    [{ url: "postgres://u@h/d?sslmode=prefer" }, "url: `sslmode` must be disable, require"],
    [{ url: "postgres://u@h/d?canary=1" }, "url: has a parameter that is not supported; known:"],
    [{ url: "postgres://u@h/d?sslmode=require", ssl: true }, "ssl: contradicts or repeats"],
    [{ url: "postgres://u@h/d?sslmode=disable", ssl: { ca: "canary" } }, "ssl: contradicts"],
    [{ url: "postgres://u@h/d", host: "h2" }, "host: stands in `url` as well"],
    [{ url: "postgres://u:canary@h/d", password: "canary2" }, "password: stands in `url` as well"],
    [{ user: "u", port: 70_000 }, "port: "],
    [{ user: "u", hots: "h" }, ": Unrecognized key"],
    [{ user: "u", ssl: { rejectUnauthorized: false } }, "ssl: Unrecognized key"],
  ])("that are wrong are refused without quoting a secret: %o", (given, beginning) => {
    const problems = problemsOf(given);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.slice(0, beginning.length)).toBe(beginning);
    expect(problems.join("\n")).not.toContain("canary");
  });

  it("mark their secrets in the JSON Schema", () => {
    const { properties } = z.toJSONSchema(config, { io: "input" });
    expect(properties).toMatchObject({
      url: { type: "string", secret: true },
      password: { type: "string", secret: true },
      port: { type: "integer", minimum: 1 },
      ssl: { anyOf: [{ type: "boolean" }, { properties: { key: { secret: true } } }] },
    });
  });
});
