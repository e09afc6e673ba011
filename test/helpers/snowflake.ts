import { generateKeyPairSync, randomUUID } from "node:crypto";
import type { SnowflakeConfig } from "../../connectors/snowflake/config.ts";
import { snowflake } from "../../connectors/snowflake/index.ts";
import type { Connector, ConnectorContext } from "../../src/core/connector.ts";
import { SnowflakeEngine } from "../counterparts/snowflake-engine.ts";
import type { Users } from "../counterparts/snowflake-logins.ts";
import { SnowflakeServer } from "../counterparts/snowflake-server.ts";
import { connectorContext } from "./connectors.ts";

const keys = generateKeyPairSync("rsa", {
  modulusLength: 2_048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: {
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: "passphrase-canary",
  },
});

/** An RSA key, encrypted, that only the user of the counterpart has. */
export const privateKey = { pem: keys.privateKey, passphrase: "passphrase-canary" };

export const users: Users = {
  account: "tidemarktest",
  user: "TIDEMARK_SVC",
  password: "pw-9d2e/@:%-canary",
  publicKey: keys.publicKey,
  accessToken: `pat-canary-${randomUUID()}`,
  oauth: { clientId: "tidemark", clientSecret: "oauth-canary-3a91", token: randomUUID() },
  oidcToken: `oidc-canary-${randomUUID()}`,
  roles: ["TIDEMARK_READER"],
};

/** Works on for longer than anybody waits. */
export const endlessQuery =
  "select sum(hash(a.range + b.range)) as n from table(generator(rowcount => 10000000)) as a, table(generator(rowcount => 10000000)) as b";

/** What all of the counterpart's connections have in common. */
export function settingsFor(origin: string): SnowflakeConfig {
  return {
    account: users.account,
    access_url: origin,
    user: users.user,
    role: "tidemark_reader",
    warehouse: "tidemark_wh",
    database: "tidemark_test",
    schema: "public",
  };
}

export function snowflakeConnector(
  given: SnowflakeConfig,
  context: Partial<ConnectorContext> = {},
): Connector {
  return snowflake.create(snowflake.config.parse(given), connectorContext(context));
}

/** A server over an engine of its own. Disposing of it stops both. */
export async function startSnowflake(): Promise<{
  readonly server: SnowflakeServer;
  /** With the password unless another way to sign in is given. */
  readonly connect: (
    given?: Partial<SnowflakeConfig>,
    context?: Partial<ConnectorContext>,
  ) => Connector;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const engine = await SnowflakeEngine.start();
  const server = await new SnowflakeServer(engine, users).start();
  return {
    server,
    connect: (given = { password: users.password }, context = {}) =>
      snowflakeConnector({ ...settingsFor(server.origin), ...given }, context),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await engine[Symbol.asyncDispose]();
    },
  };
}
