import { execFile } from "node:child_process";
import { chmod } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { TemporaryFolder } from "../helpers/folder.ts";
import { startSnowflake, users } from "../helpers/snowflake.ts";
import { authorityFile, startTlsProxy } from "../helpers/tls-proxy.ts";

const child = fileURLToPath(new URL("snowflake-driver-child.ts", import.meta.url));

/** The driver looks for it in the home folder, and would write down every request. */
const logSettings = (path: string) =>
  JSON.stringify({ common: { log_level: "TRACE", log_path: path } });

test("the driver is loaded on first use, calls nobody else, and leaves no file and no process behind", async () => {
  await using running = await startSnowflake();
  await using folder = await TemporaryFolder.make();
  await using home = await TemporaryFolder.make();
  await home.write({ "sf_client_config.json": logSettings(home.path) });
  await chmod(home.at("sf_client_config.json"), 0o600);
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [child, running.server.origin, users.password],
    {
      cwd: folder.path,
      env: { ...process.env, HOME: home.path, SNOWFLAKE_DISABLE_MINICORE: "as the user has it" },
    },
  );
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({
    wasLoaded: false,
    isLoaded: true,
    rows: [["here"]],
    called: ["127.0.0.1"],
    files: [],
    homeFiles: ["sf_client_config.json"],
    detection: "true",
    minicore: "as the user has it",
  });
  expect(running.server.requests.filter(({ path }) => path.includes("telemetry"))).toEqual([]);
});

test("the driver speaks TLS that is trusted, through a proxy, and to nobody else", async () => {
  await using running = await startSnowflake();
  await using proxy = await startTlsProxy(Number(new URL(running.server.origin).port));
  await using folder = await TemporaryFolder.make();
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [child, "https://warehouse.test", users.password],
    {
      cwd: folder.path,
      env: {
        ...process.env,
        HOME: folder.path,
        HTTPS_PROXY: proxy.url,
        NODE_EXTRA_CA_CERTS: authorityFile,
        // The certificate names no OCSP server, and Snowflake's own would be asked over the network.
        SF_OCSP_RESPONSE_CACHE_SERVER_ENABLED: "false",
      },
    },
  );
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({ rows: [["here"]], called: ["127.0.0.1"], files: [] });
  expect(new Set(proxy.asked)).toEqual(new Set(["warehouse.test:443"]));
});
