import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { outcomes } from "../../src/core/vocabulary.ts";

const expectedFile = z.record(
  z.string(),
  z.strictObject({ outcome: z.enum(outcomes), why: z.string() }),
);

/** What each check comes out as when the data has just been loaded, and why, by the check's id. */
export type Expected = z.output<typeof expectedFile>;

/** What is read of the contract's `check --format json`. */
export const checkReport = z.object({
  results: z.array(z.object({ id: z.string(), outcome: z.enum(outcomes), summary: z.string() })),
});
export type CheckReport = z.output<typeof checkReport>;

export async function readExpected(): Promise<Expected> {
  const text = await readFile(join(import.meta.dirname, "expected.yaml"), "utf8");
  return expectedFile.parse(parse(text));
}

/** One sentence for each check that came out differently, did not run, or is not declared. */
export function differences(expected: Expected, { results }: CheckReport): readonly string[] {
  const ran = new Map(results.map((result) => [result.id, result]));
  const absent = Object.entries(expected).filter(([id]) => !ran.has(id));
  return [
    ...results.flatMap(({ id, outcome, summary }) => {
      const declared = expected[id];
      if (declared === undefined) {
        return [`${id}: ${outcome}, and nothing is declared of it. ${summary}`];
      }
      return declared.outcome === outcome
        ? []
        : [`${id}: ${outcome} instead of ${declared.outcome}. ${summary}`];
    }),
    ...absent.map(([id, { outcome }]) => `${id}: did not run; ${outcome} is declared.`),
  ];
}
