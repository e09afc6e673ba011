import { describe, expect, test } from "vitest";
import type { Problem } from "../../../src/core/errors.ts";
import { errorCodes } from "../../../src/core/errors.ts";
import { expectedOf, invalidFiles, problemsOf, told } from "./invalid-corpus.ts";

const kinds = ["product", "daemon"] as const;

for (const kind of kinds) {
  describe(`a ${kind} file that is wrong in one thing is refused with its place and remedy`, () => {
    test.each(invalidFiles(kind))("%s", async (file) => {
      const problems = await problemsOf(kind, file);

      expect(problems.map((problem) => told(problem, file))).toEqual(expectedOf(kind, file));
      expect(expectedOf(kind, file)).not.toEqual([]);
    });
  });
}

async function allProblems(): Promise<readonly Problem[]> {
  const found: Problem[] = [];
  for (const kind of kinds) {
    for (const file of invalidFiles(kind)) {
      found.push(...(await problemsOf(kind, file)));
    }
  }
  return found;
}

test("every code of the configuration is met by a file, but those of files that cannot be read", async () => {
  const met = new Set((await allProblems()).map(({ code }) => code));
  const ofConfiguration = Object.keys(errorCodes).filter((code) => code.startsWith("TM_CONFIG_"));

  expect(
    [...ofConfiguration, "TM_NOT_SUPPORTED"].filter((code) => !met.has(code as never)),
  ).toEqual(["TM_CONFIG_READ", "TM_CONFIG_NO_PRODUCTS"]);
});

test("no message repeats a secret of tidemark.yaml", async () => {
  const texts = (await allProblems()).map(({ message, hint }) => `${message} ${hint ?? ""}`);

  expect(texts.filter((text) => text.includes("canary"))).toEqual([]);
});
