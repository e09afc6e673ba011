import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Connector, ConnectorError } from "../../src/core/connector.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";
import { BigqueryServer } from "../counterparts/bigquery-server.ts";
import { SignInServer, tokenHosts } from "../counterparts/bigquery-sign-in.ts";
import { bigqueryConnector } from "../helpers/bigquery.ts";
import { callOptions } from "../helpers/connectors.ts";
import { TemporaryFolder } from "../helpers/folder.ts";
import { reroute } from "../helpers/reroute.ts";

const reader = "reader@test-project.iam.gserviceaccount.com";

let server: BigqueryServer;
let signIn: SignInServer;
let rerouted: Disposable;
let folder: TemporaryFolder;

beforeAll(async () => {
  server = await BigqueryServer.open();
  folder = await TemporaryFolder.make();
});

beforeEach(async () => {
  signIn = await new SignInServer().start();
  rerouted = reroute(tokenHosts, signIn.port);
  server.tokens = signIn.tokens;
  server.faults.length = 0;
  server.skewMs = 0;
  server.requests.length = 0;
});

afterEach(async () => {
  rerouted[Symbol.dispose]();
  await signIn[Symbol.asyncDispose]();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const ask = async (connector: Connector) =>
  (await connector.query("select 1 as x", { ...callOptions(), maxRows: 1 })).rows;

async function failureOf(connector: Connector): Promise<MeasurementFailure> {
  const error: unknown = await ask(connector).catch((thrown: unknown) => thrown);
  if (!(error instanceof ConnectorError)) {
    throw new Error("expected a ConnectorError", { cause: error });
  }
  return error.failure;
}

const withKey = (more: object = {}) =>
  bigqueryConnector(server.origin, { credentials: JSON.stringify(signIn.newKey(reader)), ...more });

describe("a service account's key", () => {
  it("is exchanged for a token once, not for each request", async () => {
    const connector = withKey();
    expect(await ask(connector)).toEqual([[1n]]);
    expect(await ask(connector)).toEqual([[1n]]);
    expect(signIn.asked).toEqual(["oauth2.googleapis.com/token"]);
  });

  it("may be in a file, beside tidemark.yaml", async () => {
    await folder.write({ "key.json": JSON.stringify(signIn.newKey(reader)) });
    const keys = { key_file: "key.json" };
    const connector = bigqueryConnector(server.origin, keys, { baseDir: folder.path });
    expect(await ask(connector)).toEqual([[1n]]);
  });

  it("that was replaced is refused by its own message", async () => {
    const connector = withKey();
    signIn.newKey(reader);
    expect(await failureOf(connector)).toMatchObject({
      kind: "auth",
      message: "Google does not know the service account's key.",
      hint: "The key was deleted, or is another account's: make a new one, or sign in without keys.",
      code: "invalid_grant",
    });
    expect([signIn.asked.length, server.requests.length]).toEqual([1, 0]);
  });

  it("of an account that is gone is refused", async () => {
    const connector = withKey();
    signIn.removeAccount(reader);
    const failure = await failureOf(connector);
    expect(failure).toMatchObject({ kind: "auth", code: "invalid_grant" });
    expect(failure.hint).toContain(
      "The account may be gone or disabled, or the login has expired.",
    );
    expect(server.requests).toEqual([]);
  });

  it.each([
    ["ahead", 7_200_000],
    ["behind", -7_200_000],
  ])(
    "that is signed while Google's clock is two hours %s points to the clock",
    async (_, skewMs) => {
      signIn.skewMs = skewMs;
      const failure = await failureOf(withKey());
      expect(failure.kind).toBe("auth");
      expect(failure.hint).toContain("clock by NTP");
    },
  );

  it("is asked for another token when the one at hand was taken back", async () => {
    const connector = withKey();
    await ask(connector);
    signIn.tokens.clear();
    expect(await ask(connector)).toEqual([[1n]]);
    expect(signIn.asked).toHaveLength(2);
  });

  it("is not blamed for a token server that has a fault, and goes on when it has passed", async () => {
    const connector = withKey();
    signIn.outage = { on: "/token", status: 503 };
    const failure = await failureOf(connector);
    expect(failure).toMatchObject({ kind: "unreachable", code: "TOKEN_SERVER" });
    expect(JSON.stringify(failure)).not.toContain("canary");
    signIn.outage = null;
    expect(await ask(connector)).toEqual([[1n]]);
  });

  it("can be mended: what failed once is tried again by the next call", async () => {
    signIn.skewMs = 7_200_000;
    const connector = withKey();
    expect((await failureOf(connector)).kind).toBe("auth");
    signIn.skewMs = 0;
    expect(await ask(connector)).toEqual([[1n]]);
  });
});

describe("workload identity federation", () => {
  const federation = (subjectFile: string) => ({
    type: "external_account",
    audience:
      "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: "https://sts.googleapis.com/v1/token",
    credential_source: { file: subjectFile },
  });

  it("exchanges the pod's own token, and needs no key", async () => {
    signIn.subjectTokens.add("pod-token");
    await folder.write({ subject: "pod-token" });
    await folder.write({ "federation.json": JSON.stringify(federation(folder.at("subject"))) });
    const connector = bigqueryConnector(server.origin, { key_file: folder.at("federation.json") });
    expect(await ask(connector)).toEqual([[1n]]);
    expect(signIn.asked).toEqual(["sts.googleapis.com/v1/token"]);
  });

  it("that is refused says nothing of the token", async () => {
    await folder.write({ other: "canary-token" });
    const credentials = JSON.stringify(federation(folder.at("other")));
    const failure = await failureOf(bigqueryConnector(server.origin, { credentials }));
    expect(failure.kind).toBe("auth");
    expect(JSON.stringify(failure)).not.toContain("canary");
  });
});

describe("impersonation", () => {
  const acting = "tidemark@test-project.iam.gserviceaccount.com";

  it("asks with the token of the service account, not with one's own", async () => {
    signIn.actAs.add(acting);
    const connector = withKey({ impersonate: acting });
    await ask(connector);
    await ask(connector);
    expect(signIn.asked).toHaveLength(2);
    expect(signIn.asked[1]).toContain(
      "iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/",
    );
    const [own, other] = [...signIn.tokens];
    const used = new Set(server.requests.slice(-2).map(({ headers }) => headers.authorization));
    expect([used, own === other]).toEqual([new Set([`Bearer ${other}`]), false]);
  });

  it("is tried again where the server that creates tokens has a fault", async () => {
    signIn.actAs.add(acting);
    signIn.outage = { on: ":generateAccessToken", status: 429 };
    expect(await failureOf(withKey({ impersonate: acting }))).toMatchObject({
      kind: "unreachable",
      code: "TOKEN_SERVER",
    });
    expect(signIn.asked.filter((path) => path.endsWith(":generateAccessToken"))).toHaveLength(4);
  });

  it("that is not granted names the role that is missing", async () => {
    const failure = await failureOf(withKey({ impersonate: acting }));
    expect(failure).toMatchObject({ kind: "auth" });
    expect(failure.hint).toContain("roles/iam.serviceAccountTokenCreator");
  });
});

describe("without credentials", () => {
  it("nobody signs in at an emulator", async () => {
    server.tokens = null;
    expect(await ask(bigqueryConnector(server.origin))).toEqual([[1n]]);
    expect(signIn.asked).toEqual([]);
    expect(server.requests.at(-1)?.headers.authorization).toBeUndefined();
  });
});

describe("the doctor", () => {
  const datasets = [
    { id: "shop/orders", source: { kind: "table", parts: ["shop", "orders"] } },
  ] as const;
  const stagesOf = async (keys: object) =>
    (await withKey(keys).testConnection(callOptions())).map(({ name, status, hint }) => ({
      name,
      status,
      hint,
    }));

  it("finds nothing wrong where nothing is", async () => {
    const stages = await stagesOf({});
    expect(stages.map(({ name, status }) => `${name} ${status}`)).toEqual([
      "reach ok",
      "tls ok",
      "sign_in ok",
      "access ok",
      "clock ok",
    ]);
  });

  it("writes out the grant that is missing to run queries", async () => {
    const message =
      "Access Denied: Project test-project: User does not have bigquery.jobs.create permission";
    server.faults.push({
      on: "/jobs?",
      times: 99,
      act: { status: 403, reason: "accessDenied", message },
    });
    const stages = await stagesOf({});
    expect(stages.find(({ status }) => status === "failed")).toEqual({
      name: "access",
      status: "failed",
      hint: `gcloud projects add-iam-policy-binding test-project --member=serviceAccount:${reader} --role=roles/bigquery.jobUser`,
    });
  });

  it("writes out the grant that is missing to read a dataset", async () => {
    server.engine.facts.set("shop.orders", { isForbidden: true });
    const connector = bigqueryConnector(
      server.origin,
      { credentials: JSON.stringify(signIn.newKey(reader)) },
      { datasets },
    );
    const stages = await connector.testConnection(callOptions());
    expect(stages.find(({ status }) => status === "failed")).toMatchObject({
      name: "access",
      message: "1 of 1 datasets cannot be read: shop/orders (permission) (accessDenied)",
      hint: `GRANT \`roles/bigquery.dataViewer\` ON SCHEMA \`test-project\`.\`shop\` TO "serviceAccount:${reader}"`,
    });
  });

  it("warns of clocks that differ", async () => {
    server.skewMs = 60_000;
    const stages = await stagesOf({});
    expect(stages.at(-1)).toMatchObject({ name: "clock", status: "warning" });
  });
});
