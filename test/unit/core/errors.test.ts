import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { errorCodes } from "../../../src/core/errors.ts";
import { failureKinds } from "../../../src/core/vocabulary.ts";
import { readSources } from "../../helpers/imports.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const page = readFileSync(`${root}/docs/errors.md`, "utf8");
const documented = (pattern: RegExp): readonly string[] =>
  [...page.matchAll(pattern)].flatMap(([, name]) => name ?? []);

describe("error codes", () => {
  it("are the same in the code and in docs/errors.md", () => {
    expect(documented(/^\| `(TM_[A-Z_]+)` \|/gm)).toEqual(Object.keys(errorCodes));
  });

  it("are each used somewhere", () => {
    const sources = [...readSources(root, ["src", "checks", "connectors"])]
      .filter(([path]) => path !== "src/core/errors.ts")
      .map(([, text]) => text)
      .join("\n");
    const unused = Object.keys(errorCodes).filter((code) => !sources.includes(code));
    expect(unused).toEqual([]);
  });
});

describe("failure kinds", () => {
  it("are the same in the code and in docs/errors.md", () => {
    expect(documented(/^\| `([a-z_]+)` \|/gm)).toEqual([...failureKinds]);
  });
});
