/**
 * Run in an empty folder with the server's origin and a password for arguments: says what the connector loads, whom it
 * calls and what it leaves in the working and the home folder.
 */
import { subscribe } from "node:diagnostics_channel";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { connectors } from "../../connectors/index.ts";
import { callOptions, connectorContext } from "../helpers/connectors.ts";

const [origin = "", password = ""] = process.argv.slice(2);
const called = new Set<string>();
subscribe("net.client.socket", (message) => {
  const { socket } = message as { readonly socket: Socket };
  socket.on("connectionAttempt", (address: string) => called.add(address));
  socket.on("lookup", (_error, _address, _family, host: string) => called.add(host));
});
const loaded = () =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes("snowflake-sdk"));

const spec = connectors.find(({ type }) => type === "snowflake");
if (spec === undefined) {
  throw new Error("there is no connector for Snowflake");
}
const given = { account: "tidemarktest", access_url: origin, user: "tidemark_svc", password };
const connector = spec.create(spec.config.parse(given), connectorContext());
const wasLoaded = loaded();
const { rows } = await connector.query("select 'here' as x", { ...callOptions(), maxRows: 1 });
await connector[Symbol.asyncDispose]();
const found = {
  wasLoaded,
  isLoaded: loaded(),
  rows,
  called: [...called],
  files: readdirSync("."),
  homeFiles: readdirSync(process.env["HOME"] ?? "", { recursive: true }),
  detection: process.env["SNOWFLAKE_DISABLE_PLATFORM_DETECTION"],
  minicore: process.env["SNOWFLAKE_DISABLE_MINICORE"],
};
process.stdout.write(JSON.stringify(found));
