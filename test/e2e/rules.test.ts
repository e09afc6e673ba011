import { readdir, readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { TemporaryFolder } from "../helpers/folder.ts";
import { runTidemark } from "../helpers/tidemark.ts";

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await TemporaryFolder.make();
  await runTidemark(["init", "."], { cwd: folder.path });
});

afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

const tidemark = (...args: readonly string[]) => runTidemark(args, { cwd: folder.path });

describe("tidemark generate rules", () => {
  it("writes a file for all SLOs, one for the daemon and one for each product", async () => {
    const { exitCode, stdout, stderr } = await tidemark("generate", "rules", "--out", "out/rules");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    const names = ["_daemon.rules.yaml", "_mesh.rules.yaml", "orders.rules.yaml"];
    expect((await readdir(folder.at("out/rules"))).sort()).toEqual(names);
    expect(stderr).toMatch(/^wrote out\/rules\/_mesh\.rules\.yaml: \d+ rules\n/);
    expect(await readFile(folder.at("out/rules/orders.rules.yaml"), "utf8")).toContain(
      "- name: tidemark-slo-orders.whole\n",
    );
  });

  it("writes the same rules to stdout as one file", async () => {
    const { exitCode, stdout, stderr } = await tidemark("generate", "rules");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(parse(stdout)).toMatchObject({
      groups: [
        { name: "tidemark-slos" },
        { name: "tidemark-conditions" },
        { name: "tidemark-incidents" },
        { name: "tidemark-daemon" },
        { name: "tidemark-slo-orders.whole" },
      ],
    });
  });

  it("removes what it wrote of products that are gone, and nothing else", async () => {
    await tidemark("generate", "rules", "--out", "rules");
    const own = await readFile(folder.at("rules/orders.rules.yaml"), "utf8");
    await folder.write({
      "rules/returns.rules.yaml": own.replaceAll("orders", "returns"),
      "rules/returns.rules.yaml.bak": own,
      "rules/own-orders.rules.yaml": own.replaceAll("page", "ticket"),
      "rules/archive.rules.yaml/old.yaml": own,
      "rules/teams.rules.yaml": "groups: []\n",
    });
    const { exitCode, stderr } = await tidemark("generate", "rules", "--out", "rules");
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      "removed rules/returns.rules.yaml: the mesh no longer has that product",
    );
    expect((await readdir(folder.at("rules"))).sort()).toEqual([
      "_daemon.rules.yaml",
      "_mesh.rules.yaml",
      "archive.rules.yaml",
      "orders.rules.yaml",
      "own-orders.rules.yaml",
      "returns.rules.yaml.bak",
      "teams.rules.yaml",
    ]);
  });

  it("says when it cannot write", async () => {
    const { exitCode, stderr } = await tidemark("generate", "rules", "--out", "tidemark.yaml/out");
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      "error TM_OUTPUT_WRITE: tidemark.yaml/out/_mesh.rules.yaml cannot be written",
    );
  });
});
