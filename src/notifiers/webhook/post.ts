import { type ClientRequest, Agent as HttpAgent, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import { BlockedAddressError, isBlockedLiteral, publicLookup } from "./addresses.ts";

const answerTimeoutMs = 15_000;

export interface Endpoint {
  readonly url: URL;
  readonly allowsPrivateAddresses: boolean;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/**
 * Posts a body and returns the status. Nothing of the answer's body is read, no redirect is followed and
 * no connection is kept. Rejects with the socket's error, `BlockedAddressError`, or the signal's reason.
 */
export async function post(
  endpoint: Endpoint,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<Answer> {
  refuseBlockedLiteral(endpoint);
  const isHttps = endpoint.url.protocol === "https:";
  const options = {
    method: "POST",
    headers: { ...headers, "Content-Length": Buffer.byteLength(body) },
    agent: isHttps ? new HttpsAgent() : new HttpAgent(),
    signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
    ...lookupOption(endpoint),
  };
  const request = isHttps
    ? requestHttps(endpoint.url, options)
    : requestHttp(endpoint.url, options);
  try {
    return await answerTo(request, body);
  } finally {
    request.destroy();
  }
}

function answerTo(request: ClientRequest, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => {
      resolve({
        status: response.statusCode ?? 0,
        retryAfter: response.headers["retry-after"],
      });
    });
    request.end(body);
  });
}

/** Connects and, for https, shakes hands; sends nothing. Rejects like `post`. */
export async function connect(endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  refuseBlockedLiteral(endpoint);
  const { url } = endpoint;
  const isHttps = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/gu, "");
  const port = url.port === "" ? (isHttps ? 443 : 80) : Number(url.port);
  const options = { host, port, ...lookupOption(endpoint) };
  const socket = isHttps
    ? connectTls({ ...options, ...(isIP(host) === 0 ? { servername: host } : {}) })
    : connectTcp(options);
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(isHttps ? "secureConnect" : "connect", () => resolve());
      socket.once("error", reject);
      bounded.addEventListener("abort", () => reject(bounded.reason as Error), { once: true });
    });
  } finally {
    socket.on("error", () => undefined);
    socket.destroy();
  }
}

function refuseBlockedLiteral(endpoint: Endpoint): void {
  if (!endpoint.allowsPrivateAddresses && isBlockedLiteral(endpoint.url)) {
    throw new BlockedAddressError();
  }
}

function lookupOption(endpoint: Endpoint): { readonly lookup?: typeof publicLookup } {
  return endpoint.allowsPrivateAddresses ? {} : { lookup: publicLookup };
}
