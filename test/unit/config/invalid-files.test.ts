import { describe, expect, test } from "vitest";
import type { Problem } from "../../../src/core/errors.ts";
import { errorCodes } from "../../../src/core/errors.ts";
import { expectedOf, invalidFiles, kinds, loadInvalid, told } from "./invalid-corpus.ts";

for (const kind of ["product", "daemon"] as const) {
  describe(`a ${kind} file that is wrong in one thing is refused with its place and remedy`, () => {
    test.each(invalidFiles(kind))("%s", async (file) => {
      const { problems } = await loadInvalid(kind, file);

      expect(problems.map((problem) => told(problem, file))).toEqual(expectedOf(kind, file));
      expect(problems.filter(({ level }) => level === "error")).not.toEqual([]);
    });
  });
}

describe("a file that is doubtful in one thing is used, and warned of with its place and remedy", () => {
  test.each(invalidFiles("warned"))("%s", async (file) => {
    const { problems, mesh } = await loadInvalid("warned", file);

    expect(problems.map((problem) => told(problem, file))).toEqual(expectedOf("warned", file));
    expect(problems.map(({ level }) => level)).not.toEqual([]);
    expect(problems.filter(({ level }) => level === "error")).toEqual([]);
    expect(mesh).not.toBeNull();
  });
});

test("every file that is wrong makes no mesh, but for a calendar that has ended", async () => {
  const used: string[] = [];
  for (const kind of ["product", "daemon"] as const) {
    for (const file of invalidFiles(kind)) {
      const { mesh } = await loadInvalid(kind, file);
      used.push(...(mesh === null ? [] : [file]));
    }
  }

  expect(used).toEqual(["calendar-that-has-ended.product.yaml"]);
});

async function allProblems(): Promise<readonly Problem[]> {
  const found: Problem[] = [];
  for (const kind of kinds) {
    for (const file of invalidFiles(kind)) {
      found.push(...(await loadInvalid(kind, file)).problems);
    }
  }
  return found;
}

test("every code of the configuration is met by a file, but those of files that cannot be read", async () => {
  const met = new Set((await allProblems()).map(({ code }) => code));
  const ofConfiguration = Object.keys(errorCodes).filter((code) =>
    /^TM_(?:CONFIG|SLO)_/.test(code),
  );

  expect(
    [...ofConfiguration, "TM_NOT_SUPPORTED"].filter((code) => !met.has(code as never)),
  ).toEqual(["TM_CONFIG_READ", "TM_CONFIG_NO_PRODUCTS"]);
});

test("no message repeats a secret of tidemark.yaml", async () => {
  const texts = (await allProblems()).map(({ message, hint }) => `${message} ${hint ?? ""}`);

  expect(texts.filter((text) => text.includes("canary"))).toEqual([]);
});
