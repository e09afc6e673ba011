import { createPublicKey, createVerify, generateKeyPairSync, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { localhostCertificate } from "./certificate.ts";

/** The hosts that Google's client asks for tokens. */
export const tokenHosts = [
  "oauth2.googleapis.com",
  "sts.googleapis.com",
  "iamcredentials.googleapis.com",
] as const;

/** A key file of a service account, as `gcloud iam service-accounts keys create` writes it. */
export interface ServiceAccountKey {
  readonly type: "service_account";
  readonly client_email: string;
  readonly private_key: string;
}

interface Refusal {
  readonly error: string;
  readonly error_description: string;
}

const assertionType = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const exchangeType = "urn:ietf:params:oauth:grant-type:token-exchange";
const hourMs = 3_600_000;

/**
 * Google's token servers: signed assertions of service accounts (RFC 7523, the signature and the times are checked),
 * exchange of a federated identity's token (RFC 8693), and tokens of a service account for whoever may create them.
 */
export class SignInServer implements AsyncDisposable {
  /** Every token that was given out and was not taken back. */
  readonly tokens = new Set<string>();
  /** What was asked, by host and path. */
  readonly asked: string[] = [];
  /** A federated identity's own token, which is exchanged. */
  readonly subjectTokens = new Set<string>();
  /** Service accounts that anybody with a token may act as. */
  readonly actAs = new Set<string>();
  /** What is answered, with a page that is no JSON, where the path ends so. */
  outage: { readonly on: string; readonly status: number } | null = null;
  /** By how much this server's clock is ahead of the machine's. */
  skewMs = 0;
  readonly #keys = new Map<string, KeyObject>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer(localhostCertificate, (request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      request.on("end", () => {
        this.asked.push(`${request.headers.host ?? ""}${request.url ?? ""}`);
        const { outage } = this;
        if (outage !== null && request.url?.endsWith(outage.on) === true) {
          response.writeHead(outage.status, { "content-type": "text/html" });
          response.end("<html>canary</html>");
          return;
        }
        const bearer = request.headers.authorization?.replace("Bearer ", "") ?? "";
        const answer = this.#answer(request.url ?? "", body, bearer);
        response.writeHead("error" in answer ? 400 : 200, { "content-type": "application/json" });
        response.end(JSON.stringify(answer));
      });
    });
  }

  async start(): Promise<this> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Makes a service account, or another key of one. The newest key is the only one that is known. */
  newKey(email: string): ServiceAccountKey {
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    this.#keys.set(email, createPublicKey(privateKey));
    return { type: "service_account", client_email: email, private_key: privateKey };
  }

  removeAccount(email: string): void {
    this.#keys.delete(email);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(path: string, body: string, bearer: string): Refusal | object {
    if (path.includes(":generateAccessToken")) {
      const account = decodeURIComponent(/serviceAccounts\/(.*):/.exec(path)?.[1] ?? "");
      return this.tokens.has(bearer) && this.actAs.has(account)
        ? { accessToken: this.#token(), expireTime: new Date(Date.now() + hourMs).toISOString() }
        : refusal("Permission 'iam.serviceAccounts.getAccessToken' denied on resource.");
    }
    const form = new URLSearchParams(body);
    const problem =
      form.get("grant_type") === assertionType
        ? this.#problemOf(form.get("assertion") ?? "")
        : form.get("grant_type") === exchangeType &&
            this.subjectTokens.has(form.get("subject_token") ?? "")
          ? null
          : "The given credential is rejected by the attribute condition.";
    return problem === null
      ? { access_token: this.#token(), token_type: "Bearer", expires_in: 3600 }
      : refusal(problem);
  }

  #problemOf(assertion: string): string | null {
    const [header = "", claims = "", signature = ""] = assertion.split(".");
    const { iss, iat, exp } = JSON.parse(Buffer.from(claims, "base64url").toString()) as {
      iss: string;
      iat: number;
      exp: number;
    };
    const key = this.#keys.get(iss);
    if (key === undefined) {
      return "Invalid grant: account not found";
    }
    const verify = createVerify("RSA-SHA256").update(`${header}.${claims}`);
    if (!verify.verify(key, signature, "base64url")) {
      return "Invalid JWT Signature.";
    }
    const nowMs = Date.now() + this.skewMs;
    return exp * 1_000 < nowMs || iat * 1_000 > nowMs + 300_000
      ? "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim."
      : null;
  }

  #token(): string {
    const token = `ya29.canary-${this.asked.length}`;
    this.tokens.add(token);
    return token;
  }
}

function refusal(description: string): Refusal {
  return { error: "invalid_grant", error_description: description };
}
