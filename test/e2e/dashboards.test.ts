import { readdir, readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { TemporaryFolder } from "../helpers/folder.ts";
import { runTidemark } from "../helpers/tidemark.ts";

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await TemporaryFolder.make();
});

afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

const generate = (...args: readonly string[]) =>
  runTidemark(["generate", "dashboards", ...args], { cwd: folder.path });

const dashboard = z.looseObject({
  links: z.array(z.looseObject({ url: z.string().optional() })),
  templating: z.object({
    list: z.array(z.looseObject({ name: z.string(), type: z.string(), query: z.unknown() })),
  }),
});

/** Where the links lead that lead out of Grafana. */
async function linksOf(file: string) {
  const { links, templating } = dashboard.parse(
    JSON.parse(await readFile(folder.at(file), "utf8")),
  );
  const constants = templating.list.filter(({ type }) => type === "constant");
  return {
    links: links.map(({ url }) => url ?? null).filter((url) => url?.startsWith("/d/") !== true),
    constants: constants.map(({ name, query }) => [name, query]),
  };
}

describe("tidemark generate dashboards", () => {
  it("writes dashboards and provisioning files, in a folder without any configuration", async () => {
    const { exitCode, stdout, stderr } = await generate("--out", "grafana");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(stderr.trim().split("\n")).toEqual([
      "wrote grafana/tidemark-daemon.json",
      "wrote grafana/tidemark-mesh.json",
      "wrote grafana/tidemark-owner.json",
      "wrote grafana/tidemark-product.json",
      "wrote grafana/provisioning/dashboards/tidemark.yaml",
      "wrote grafana/provisioning/datasources/tidemark.yaml",
    ]);
    expect((await readdir(folder.at("grafana"))).sort()).toEqual([
      "provisioning",
      "tidemark-daemon.json",
      "tidemark-mesh.json",
      "tidemark-owner.json",
      "tidemark-product.json",
    ]);
    // Links whose addresses it is not told are left out.
    expect(await linksOf("grafana/tidemark-product.json")).toEqual({
      links: ["${api_url}/api/v1/products/${product}"],
      constants: [["api_url", "http://127.0.0.1:9464"]],
    });
  });

  it("leads to runbooks, product files and the API where it is told", async () => {
    const { exitCode } = await generate(
      "--out=.",
      "--api-url=https://tidemark.test",
      "--runbook-url=https://wiki.test/run?of=",
      "--file-url=https://git.test/mesh/",
    );
    expect(exitCode).toBe(0);
    expect(await linksOf("tidemark-product.json")).toEqual({
      links: [
        "${runbook_url}${product}",
        "${file_url}${product}.product.yaml",
        "${api_url}/api/v1/products/${product}",
      ],
      constants: [
        ["api_url", "https://tidemark.test"],
        ["runbook_url", "https://wiki.test/run?of="],
        ["file_url", "https://git.test/mesh/"],
      ],
    });
  });

  it.each([
    [["dashboards"], "needs a folder"],
    [["dashboards", "--out", ".", "--api-url", "javascript:alert(1)"], "`--api-url` takes"],
    [["openslo", "--out", ".", "--api-url", "https://a.test"], "only `generate dashboards`"],
  ])("refuses %s", async (args, message) => {
    const { exitCode, stderr } = await runTidemark(["generate", ...args], { cwd: folder.path });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it("says when it cannot write", async () => {
    await generate("--out", ".");
    const { exitCode, stderr } = await generate("--out", "tidemark-mesh.json/out");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("TM_OUTPUT_WRITE: tidemark-mesh.json/out/tidemark-daemon.json cannot");
  });
});
