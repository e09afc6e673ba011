import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { z } from "zod";
import { clientParameters } from "./snowflake-answers.ts";

/** The body of a login-request, as far as it is read. */
export const loginBody = z.object({
  data: z.object({
    ACCOUNT_NAME: z.string().optional(),
    LOGIN_NAME: z.string().optional(),
    PASSWORD: z.string().nullish(),
    TOKEN: z.string().nullish(),
    AUTHENTICATOR: z.string().optional(),
    PROVIDER: z.string().optional(),
    CLIENT_ENVIRONMENT: z.record(z.string(), z.unknown()).optional(),
    SESSION_PARAMETERS: z.record(z.string(), z.unknown()).optional(),
  }),
});
export type Login = z.output<typeof loginBody>["data"];

export interface Users {
  readonly account: string;
  readonly user: string;
  readonly password: string;
  /** PEM text. */
  readonly publicKey: string;
  /** A programmatic access token. */
  readonly accessToken: string;
  readonly oauth: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly token: string;
  };
  readonly oidcToken: string;
  readonly roles: readonly string[];
}

/** An administrator has set that sessions of all users are kept alive; a sign-in may say otherwise. */
export function parametersFor(login: Login): readonly { name: string; value: unknown }[] {
  const set = { CLIENT_SESSION_KEEP_ALIVE: true, ...login.SESSION_PARAMETERS };
  return [...clientParameters, ...Object.entries(set).map(([name, value]) => ({ name, value }))];
}

/** The code of the refusal, or null when the user is let in. `nowMs` is the server's time. */
export function refusalOf(login: Login, users: Users, nowMs: number): string | null {
  const { AUTHENTICATOR: way = "SNOWFLAKE", TOKEN: token } = login;
  switch (way) {
    case "SNOWFLAKE":
      return isUser(login, users) && login.PASSWORD === users.password ? null : "390100";
    case "SNOWFLAKE_JWT":
      return isUser(login, users) && isGoodJwt(token ?? "", users, nowMs) ? null : "390144";
    case "PROGRAMMATIC_ACCESS_TOKEN":
      return token === users.accessToken ? null : "394400";
    case "OAUTH":
      return token === users.oauth.token ? null : "390303";
    case "WORKLOAD_IDENTITY":
      return login.PROVIDER === "OIDC" && token === users.oidcToken ? null : "390303";
    default:
      return "390100";
  }
}

function isUser(login: Login, users: Users): boolean {
  return login.LOGIN_NAME?.toUpperCase() === users.user.toUpperCase();
}

const claims = z.object({ iss: z.string(), sub: z.string(), iat: z.number(), exp: z.number() });

/** https://docs.snowflake.com/en/developer-guide/sql-api/authenticating: issuer, subject, signature and time. */
function isGoodJwt(token: string, { account, user, publicKey }: Users, nowMs: number): boolean {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const key = createPublicKey(publicKey);
  const isSigned = verify(
    "RSA-SHA256",
    Buffer.from(`${header}.${payload}`),
    key,
    Buffer.from(signature, "base64url"),
  );
  const found = claims.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  if (!isSigned || !found.success) {
    return false;
  }
  const subject = `${account}.${user}`.toUpperCase();
  const { iss, sub, iat, exp } = found.data;
  const isTimely = milliseconds(iat) <= nowMs + 60_000 && nowMs < milliseconds(exp);
  return iss === `${subject}.${fingerprint(key)}` && sub === subject && isTimely;
}

/** The driver writes milliseconds where the standard has seconds. */
function milliseconds(claim: number): number {
  return claim > 100_000_000_000 ? claim : claim * 1_000;
}

function fingerprint(key: KeyObject): string {
  const der = key.export({ type: "spki", format: "der" });
  return `SHA256:${createHash("sha256").update(der).digest("base64")}`;
}
