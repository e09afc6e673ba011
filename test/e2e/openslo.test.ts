import { readdir, readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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

describe("tidemark generate openslo", () => {
  it("writes a file for each product, and says what is in annotations and what is nowhere", async () => {
    const { exitCode, stdout, stderr } = await tidemark("generate", "openslo", "--out", "out/slo");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
    expect(await readdir(folder.at("out/slo"))).toEqual(["orders.yaml"]);
    expect(stderr).toContain(
      "wrote out/slo/orders.yaml: 2 documents\n" +
        "  orders: in annotations: product\n" +
        "  orders/whole: in annotations: product, slo, checks, budgeting, unknown, coverage-floor\n" +
        "not carried, of any product:\n",
    );
  });

  it("writes over what it wrote", async () => {
    await tidemark("generate", "openslo", "--out", "out");
    const first = await readFile(folder.at("out/orders.yaml"), "utf8");
    expect(await tidemark("generate", "openslo", "--out", "out")).toMatchObject({ exitCode: 0 });
    expect(await readFile(folder.at("out/orders.yaml"), "utf8")).toBe(first);
  });

  it("asks where to", async () => {
    const { exitCode, stdout, stderr } = await tidemark("generate", "openslo");
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toBe(
      "error TM_USAGE: `generate openslo` needs a folder, `--out DIR`\n" +
        "  One file is written for each product: `--out openslo`.\n",
    );
  });

  it("says when it cannot write", async () => {
    const { exitCode, stderr } = await tidemark(
      "generate",
      "openslo",
      "--out",
      "tidemark.yaml/out",
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      "error TM_OUTPUT_WRITE: tidemark.yaml/out/orders.yaml cannot be written",
    );
  });
});

describe("tidemark import openslo", () => {
  beforeEach(async () => {
    await tidemark("generate", "openslo", "--out", "out");
  });

  it("writes product files to stdout, and what it could not carry to stderr", async () => {
    const { exitCode, stdout, stderr } = await tidemark("import", "openslo", "out/orders.yaml");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^# Imported by/);
    expect(stdout).toContain("    objective: 99%\n    window: 7d\n");
    expect(stderr).toContain("not carried: orders: dataset `orders`: where the data is stored\n");
    expect(stderr).toContain("1 product, 5 things not carried; `tidemark validate` says");
  });

  it("writes files that are valid as they stand, and never over others", async () => {
    await folder.write({
      "again/tidemark.yaml": await readFile(folder.at("tidemark.yaml"), "utf8"),
    });
    const imported = await tidemark(
      "import",
      "openslo",
      "out/orders.yaml",
      "--out",
      "again/products",
    );
    expect(imported).toMatchObject({ exitCode: 0, stdout: "" });
    expect(imported.stderr).toMatch(/^wrote again\/products\/orders\.product\.yaml\n/);

    const valid = await tidemark("validate", "-c", "again/tidemark.yaml");
    expect(valid).toMatchObject({
      exitCode: 0,
      stdout: "valid: 1 product, 1 dataset, 3 checks, 1 SLO\n",
    });

    const second = await tidemark(
      "import",
      "openslo",
      "out/orders.yaml",
      "--out",
      "again/products",
    );
    expect(second).toMatchObject({ exitCode: 2, stdout: "" });
    expect(second.stderr).toContain(
      "error TM_OUTPUT_EXISTS: again/products/orders.product.yaml would be overwritten",
    );
  });

  it("writes nothing when a file breaks a rule or is not there, and says every problem", async () => {
    await folder.write({
      "bad.yaml": "apiVersion: openslo/v1\nkind: SLI\nmetadata: { name: X }\nspec: {}\n",
    });
    const files = ["bad.yaml", "out/orders.yaml", "nowhere.yaml"];
    const { exitCode, stdout, stderr } = await tidemark("import", "openslo", ...files);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr.split("\n").map((line) => line.slice(0, 46))).toEqual([
      "nowhere.yaml:1:1: error TM_OPENSLO_INPUT: this",
      "bad.yaml:3:19: error TM_OPENSLO_INPUT: `name` ",
      "bad.yaml:4:1: error TM_OPENSLO_INPUT: one of `",
      "3 problems",
      "",
    ]);
  });
});
