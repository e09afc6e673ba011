import type * as bigqueryModule from "@google-cloud/bigquery";
import type { BigQuery } from "@google-cloud/bigquery";
import { z } from "zod";
import { ConnectorError } from "../../src/core/connector.ts";
import type { DurationMs, EpochMs } from "../../src/core/vocabulary.ts";
import type { BigquerySettings } from "./config.ts";
import { ApiError, isPassingStatus, SignInError } from "./failures.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Headers;
  readonly json?: unknown;
  readonly signal: AbortSignal;
}

/** An answer of whatever status. `body` is parsed JSON, or text where it is none. */
export interface HttpAnswer {
  readonly status: number;
  /** When the server says it answered, to the second. */
  readonly dateMs: EpochMs | null;
  readonly body: unknown;
}

/** Whom requests are made for, and the way on which they travel. */
export interface Transport {
  /** What proves who we are; cached until it expires. Throws `SignInError`. */
  headers(): Promise<Headers>;
  send(request: HttpRequest): Promise<HttpAnswer>;
}

/** A token server that says nothing is given up after this, so that the next call may ask again. */
const tokenTimeoutMs: DurationMs = 30_000;
const scope = "https://www.googleapis.com/auth/bigquery";

/**
 * The client signs in (keys, federation, metadata server, whatever its library learns) and sends requests through its
 * authentication's own HTTP client, which knows proxies and can be aborted. The requests of `BigQuery` itself can not:
 * they drop their `timeout`, so that a server that says nothing would cost a socket for each probe.
 */
export async function openTransport(settings: BigquerySettings): Promise<Transport> {
  const { identity, project, impersonate, origin } = settings;
  const driver = await loadDriver();
  if (identity.kind === "none") {
    return { headers: () => Promise.resolve(new Headers()), send: sendPlainly };
  }
  const auth = new driver.BigQuery({
    projectId: project,
    // With a location of its own in the environment the client would send us, and our token, elsewhere.
    apiEndpoint: origin,
    ...(identity.kind === "file" ? { keyFilename: identity.path } : {}),
    ...(identity.kind === "json" ? { credentials: identity.content } : {}),
  }).authClient;
  const client = await auth.getClient().catch((cause: unknown) => {
    throw new SignInError(cause);
  });
  client.transporter.defaults = { ...client.transporter.defaults, timeout: tokenTimeoutMs };
  const send = (request: HttpRequest) => sendThrough(client.transporter, request);
  const own = () =>
    auth.getRequestHeaders(origin).catch((cause: unknown) => {
      throw new SignInError(cause);
    });
  return { headers: impersonate === null ? own : impersonation(impersonate, own, send), send };
}

type Driver = typeof bigqueryModule;
type Client = Awaited<ReturnType<BigQuery["authClient"]["getClient"]>>;

/** Loads the client on first use. Throws `ConnectorError` of kind `driver_missing`. */
async function loadDriver(): Promise<Driver> {
  try {
    return await import("@google-cloud/bigquery");
  } catch (cause) {
    const message =
      "The package `@google-cloud/bigquery`, which talks to BigQuery, is not installed.";
    const hint = "npm install @google-cloud/bigquery@8";
    throw new ConnectorError({ kind: "driver_missing", message, hint }, { cause });
  }
}

async function sendThrough(
  transporter: Client["transporter"],
  { method, url, headers, json, signal }: HttpRequest,
): Promise<HttpAnswer> {
  const response = await transporter.request<unknown>({
    method,
    url,
    headers,
    signal,
    retry: false,
    responseType: "text",
    validateStatus: () => true,
    ...(json === undefined ? {} : { data: json }),
  });
  return answerOf(response.status, response.headers, response.data);
}

/** Where nobody signs in there is no client of the library's; and an emulator is behind no proxy. */
export async function sendPlainly(request: HttpRequest): Promise<HttpAnswer> {
  const { method, url, headers, json, signal } = request;
  const all = new Headers(headers);
  all.set("content-type", "application/json");
  const body = json === undefined ? null : JSON.stringify(json);
  const response = await fetch(url, { method, headers: all, signal, body });
  return answerOf(response.status, response.headers, await response.text());
}

function answerOf(status: number, headers: Headers, text: unknown): HttpAnswer {
  const dateMs = Date.parse(headers.get("date") ?? "");
  return { status, dateMs: Number.isNaN(dateMs) ? null : dateMs, body: parsed(text) };
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === "string" ? JSON.parse(text) : text;
  } catch {
    return text;
  }
}

const minted = z.object({ accessToken: z.string(), expireTime: z.string() });

/** A new token is fetched so long before the old one expires. */
const renewMs: DurationMs = 300_000;

/**
 * Tokens of a service account, given to whoever may create them:
 * https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
 */
function impersonation(
  account: string,
  own: () => Promise<Headers>,
  send: (request: HttpRequest) => Promise<HttpAnswer>,
): () => Promise<Headers> {
  let token: { readonly text: string; readonly untilMs: EpochMs } | null = null;
  return async () => {
    if (token === null || token.untilMs - renewMs < Date.now()) {
      const { status, body } = await send({
        method: "POST",
        url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${encodeURIComponent(account)}:generateAccessToken`,
        headers: await own(),
        json: { scope: [scope], lifetime: "3600s" },
        signal: AbortSignal.timeout(tokenTimeoutMs),
      });
      const found = minted.safeParse(body);
      if (status !== 200 || !found.success) {
        throw isPassingStatus(status)
          ? new ApiError(status, { reason: "TOKEN_SERVER" })
          : new SignInError(Object.assign(new Error("refused"), { code: "IMPERSONATION" }));
      }
      token = { text: found.data.accessToken, untilMs: Date.parse(found.data.expireTime) };
    }
    return new Headers({ authorization: `Bearer ${token.text}` });
  };
}
