import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { checkTypes } from "../checks/index.ts";
import { connectors } from "../connectors/index.ts";
import { notifiers } from "../src/notifiers/index.ts";
import { cyclesIn, readSources, violationsIn } from "./helpers/imports.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = readSources(root, ["src", "checks", "connectors", "dashboards"]);

const plugInFolders = (folder: string): string[] =>
  readdirSync(`${root}/${folder}`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
    .map(({ name }) => name)
    .sort();

describe("the import table", () => {
  test("there is something to read", () => {
    expect(sources.size).toBeGreaterThan(50);
  });

  test("no file imports what its room may not", () => {
    expect(violationsIn(sources)).toEqual([]);
  });

  test("no file imports itself through others", () => {
    expect(cyclesIn(sources)).toEqual([]);
  });

  // One planted violation per rule: the reader must find each of them.
  test.each([
    ["core imports a room", "src/core/x.ts", "../time/zone.ts"],
    ["core uses a package other than zod", "src/core/x.ts", "pg"],
    ["time reads the clock of the host", "src/time/x.ts", "node:os"],
    ["time imports slo", "src/time/x.ts", "../slo/evaluate.ts"],
    ["slo imports the engine", "src/slo/x.ts", "../engine/plan.ts"],
    ["slo uses zod", "src/slo/x.ts", "zod"],
    ["alerting imports slo", "src/alerting/x.ts", "../slo/evaluate.ts"],
    ["alerting does I/O", "src/alerting/x.ts", "node:fs"],
    ["a check type imports its sibling", "checks/volume/x.ts", "../freshness/index.ts"],
    ["a check type does I/O", "checks/volume/x.ts", "node:fs"],
    ["a check type imports a connector", "checks/volume/x.ts", "../../connectors/duckdb/index.ts"],
    ["shared check code imports a check type", "checks/_shared/x.ts", "../volume/index.ts"],
    ["the list of checks imports the engine", "checks/index.ts", "../src/engine/plan.ts"],
    ["a connector imports its sibling", "connectors/postgres/x.ts", "../duckdb/driver.ts"],
    ["a connector uses another's driver", "connectors/postgres/x.ts", "@duckdb/node-api"],
    ["DuckDB's connector uses pg", "connectors/duckdb/x.ts", "pg"],
    ["Snowflake's connector uses DuckDB", "connectors/snowflake/x.ts", "@duckdb/node-api"],
    ["a connector imports time", "connectors/duckdb/x.ts", "../../src/time/zone.ts"],
    ["shared connector code imports a connector", "connectors/_shared/x.ts", "../duckdb/driver.ts"],
    ["the list of connectors imports the engine", "connectors/index.ts", "../src/engine/plan.ts"],
    ["a notifier imports its sibling", "src/notifiers/slack/x.ts", "../email/index.ts"],
    ["a notifier uses another's library", "src/notifiers/slack/x.ts", "nodemailer"],
    ["e-mail uses Slack's library", "src/notifiers/email/x.ts", "@slack/web-api"],
    ["the webhook uses an e-mail library", "src/notifiers/webhook/x.ts", "nodemailer"],
    ["shared notifier code imports a notifier", "src/notifiers/_shared/x.ts", "../slack/index.ts"],
    [
      "the list of notifiers imports the store",
      "src/notifiers/index.ts",
      "../store/sqlite/open.ts",
    ],
    ["a store imports its sibling", "src/store/sqlite/x.ts", "../postgres/store.ts"],
    ["a store imports slo", "src/store/sqlite/x.ts", "../../slo/evaluate.ts"],
    ["delivery imports a notifier", "src/delivery/x.ts", "../notifiers/slack/index.ts"],
    ["delivery does I/O of its own", "src/delivery/x.ts", "node:net"],
    ["the engine imports a connector", "src/engine/x.ts", "../../connectors/duckdb/index.ts"],
    ["the engine imports a store", "src/engine/x.ts", "../store/sqlite/open.ts"],
    ["the engine does I/O", "src/engine/x.ts", "node:fs"],
    ["the configuration imports the engine", "src/config/x.ts", "../engine/plan.ts"],
    ["the configuration imports a check type", "src/config/x.ts", "../../checks/volume/index.ts"],
    ["metrics import the engine", "src/metrics/x.ts", "../engine/state.ts"],
    ["http imports the store", "src/http/x.ts", "../store/sqlite/open.ts"],
    ["the log imports metrics", "src/log/x.ts", "../metrics/registry.ts"],
    ["a command imports the engine", "src/cli/x.ts", "../engine/watch.ts"],
    ["a command imports a connector", "src/cli/x.ts", "../../connectors/duckdb/index.ts"],
    [
      "a dashboard reads what the gauges are made of",
      "dashboards/x.ts",
      "../src/metrics/samples.ts",
    ],
    ["a dashboard does I/O", "dashboards/_shared/x.ts", "node:fs"],
    ["main wires things itself", "src/main.ts", "./engine/watch.ts"],
    ["a file stands outside every room", "src/misc.ts", "./core/clock.ts"],
  ])("finds the planted violation: %s", (_, file, specifier) => {
    const planted = new Map([[file, `import { x } from "${specifier}";\n`]]);
    expect(violationsIn(planted)).toMatchObject([{ file, imports: specifier }]);
  });

  test.each([
    ["a static import", 'import { x } from "pg";'],
    ["a type import", 'import type { X } from "pg";'],
    ["an import over several lines", 'import {\n  x,\n} from "pg";'],
    ["an import for its effect", 'import "pg";'],
    ["a re-export", 'export { x } from "pg";'],
    ["a dynamic import", 'const x = await import("pg");'],
  ])("sees %s", (_, text) => {
    expect(violationsIn(new Map([["src/core/x.ts", text]]))).toHaveLength(1);
  });

  test("takes no text that says `from` for an import", () => {
    const text = 'const known = ["from", "to"];';
    expect(violationsIn(new Map([["src/core/x.ts", text]]))).toEqual([]);
  });

  test("finds a planted cycle", () => {
    const planted = new Map([
      ["src/core/a.ts", 'import type { B } from "./b.ts";'],
      ["src/core/b.ts", 'import type { A } from "./a.ts";'],
    ]);
    expect(cyclesIn(planted)).toHaveLength(1);
  });
});

describe("plug-ins", () => {
  test.each([
    ["checks", checkTypes.map(({ name }) => name)],
    ["connectors", connectors.map(({ type }) => type)],
    ["src/notifiers", notifiers.map(({ type }) => type)],
  ])("the folders under %s and its list agree", (folder, listed) => {
    expect([...listed].sort()).toEqual(plugInFolders(folder));
  });

  test.each(["checks", "connectors"])("every plug-in under %s has a README", (folder) => {
    for (const name of plugInFolders(folder)) {
      expect(readdirSync(`${root}/${folder}/${name}`)).toContain("README.md");
    }
  });
});
