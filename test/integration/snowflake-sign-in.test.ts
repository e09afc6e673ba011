import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SnowflakeConfig } from "../../connectors/snowflake/config.ts";
import { type Connector, ConnectorError } from "../../src/core/connector.ts";
import { callOptions } from "../helpers/connectors.ts";
import { TemporaryFolder } from "../helpers/folder.ts";
import { containing, matching, someText } from "../helpers/matchers.ts";
import { privateKey, startSnowflake, users } from "../helpers/snowflake.ts";

type Running = Awaited<ReturnType<typeof startSnowflake>>;

let running: Running;
beforeAll(async () => {
  running = await startSnowflake();
});
afterAll(() => running?.[Symbol.asyncDispose]());

async function answerOf(connector: Connector): Promise<unknown> {
  await using opened = connector;
  const result = await opened
    .query("select 42 as x", { ...callOptions(), maxRows: 1 })
    .catch((error: unknown) => error);
  return result instanceof ConnectorError
    ? result.failure
    : (result as { readonly rows: unknown }).rows;
}

const otherKey = generateKeyPairSync("rsa", {
  modulusLength: 2_048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
}).privateKey;

const key = { private_key: privateKey.pem, private_key_passphrase: privateKey.passphrase };

describe("signing in to Snowflake", () => {
  test.each<[string, Partial<SnowflakeConfig>]>([
    ["a password", { password: users.password }],
    ["a key pair", key],
    ["a programmatic access token", { token: users.accessToken }],
  ])("works with %s", async (_, given) => {
    expect(await answerOf(running.connect(given))).toEqual([[42n]]);
  });

  test("works with a key in a file beside tidemark.yaml", async () => {
    await using folder = await TemporaryFolder.make();
    await folder.write({ "keys/tidemark.p8": `${privateKey.pem}\n` });
    const given = {
      private_key_path: "keys/tidemark.p8",
      private_key_passphrase: privateKey.passphrase,
    };
    expect(await answerOf(running.connect(given, { baseDir: folder.path }))).toEqual([[42n]]);
  });

  test("works with OAuth client credentials, whose token is issued first", async () => {
    const { clientId, clientSecret } = users.oauth;
    const oauth = { client_id: clientId, client_secret: clientSecret, scope: "session:role-any" };
    expect(await answerOf(running.connect({ oauth }))).toEqual([[42n]]);
  });

  test("works with a workload's OIDC token, which is read from its file each time", async () => {
    // The driver sends such tokens to Snowflake's own hosts only, unless the environment says otherwise.
    process.env["SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES"] = "127.0.0.1";
    await using folder = await TemporaryFolder.make();
    await folder.write({ token: `${users.oidcToken}\n` });
    const workload_identity = { provider: "oidc" as const, token_path: folder.at("token") };
    try {
      expect(await answerOf(running.connect({ workload_identity }))).toEqual([[42n]]);
    } finally {
      delete process.env["SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES"];
    }
  });

  test.each<[string, Partial<SnowflakeConfig>, string, string]>([
    ["a wrong password", { password: "wrong-canary" }, "390100", "password"],
    ["a user whom nobody made", { password: users.password, user: "nobody" }, "390100", "`user`"],
    ["another key than the user's", { private_key: otherKey }, "390144", "RSA_PUBLIC_KEY_FP"],
    ["a key of a user whom nobody made", { ...key, user: "nobody" }, "390144", "`user`"],
    [
      "a token that has expired or was revoked",
      { token: "wrong-canary" },
      "394400",
      "ACCESS TOKEN",
    ],
  ])("is refused with %s", async (_, given, code, hint) => {
    expect(await answerOf(running.connect(given))).toMatchObject({
      kind: "auth",
      code,
      hint: containing(hint),
    });
    expect(running.server.sessions.openCount).toBe(0);
  });

  test.each<[string, Partial<SnowflakeConfig>]>([
    ["a text that is no key", { private_key: "canary" }],
    ["a wrong passphrase", { ...key, private_key_passphrase: "wrong-canary" }],
    ["a file of a key that is not there", { private_key_path: "/nowhere/canary.p8" }],
    ["a client that OAuth refuses", { oauth: { client_id: "x", client_secret: "wrong-canary" } }],
    [
      "a workload identity at a host that is not Snowflake's",
      { workload_identity: { provider: "oidc", token: "canary" } },
    ],
  ])("does not come about with %s, and says so without quoting it", async (_, given) => {
    const failure = await answerOf(running.connect(given));
    expect(failure).toMatchObject({ kind: "auth", hint: someText });
    expect(JSON.stringify(failure)).not.toContain("canary");
  });

  test("is refused to a role that was not granted", async () => {
    const failure = await answerOf(running.connect({ password: users.password, role: "sysadmin" }));
    expect(failure).toMatchObject({
      kind: "permission",
      hint: containing("GRANT ROLE"),
    });
  });

  test("says of a wrong account how to find the right one", async () => {
    const given = { password: users.password, account: "somebodyelse" };
    expect(await answerOf(running.connect(given))).toMatchObject({
      kind: "unreachable",
      code: "HTTP_403",
      hint: containing("CURRENT_ORGANIZATION_NAME"),
    });
  });

  test.each([
    [300_000, "behind"],
    [-300_000, "ahead of"],
  ])("with a key pair blames a clock that is off by %i ms", async (skewMs, direction) => {
    running.server.skewMs = skewMs;
    try {
      await using connector = running.connect(key);
      const stages = await connector.testConnection(callOptions());
      expect(stages).toMatchObject([
        { name: "reach", status: "ok" },
        { name: "tls", status: "ok" },
        {
          name: "sign_in",
          status: "failed",
          hint: matching(`This machine's clock is (299|300|301) s ${direction}`),
        },
        { name: "access", status: "notRun" },
        { name: "clock", status: "notRun" },
      ]);
      const failure = await answerOf(running.connect(key));
      expect(failure).toMatchObject({ kind: "auth", hint: containing("this machine's clock") });
    } finally {
      running.server.skewMs = 0;
    }
  });

  test("with a password warns of a clock that is off", async () => {
    running.server.skewMs = 60_000;
    try {
      await using connector = running.connect();
      const stages = await connector.testConnection(callOptions());
      expect(stages.at(-1)).toMatchObject({ name: "clock", status: "warning" });
    } finally {
      running.server.skewMs = 0;
    }
  });
});
