import { describe, expect, it } from "vitest";
import type { CostSum } from "../../../../src/core/cost.ts";
import { bytesWords, costSentence } from "../../../../src/export/report/cost-words.ts";

const days = { fromMs: Date.UTC(2026, 9, 1), toMs: Date.UTC(2026, 10, 1) };

function sum(changes: Partial<CostSum> = {}): CostSum {
  return { statements: 34, toldStatements: 34, bytes: 1_200_000_000, busyMs: 12_340, ...changes };
}

describe("what looking cost", () => {
  it.each([
    [sum(), "1.2GB"],
    [sum({ toldStatements: 30 }), "at least 1.2GB"],
    [sum({ toldStatements: 0, bytes: null }), "bytes not known"],
    [sum({ bytes: 0 }), "0B"],
    [sum({ statements: 0, toldStatements: 0, bytes: null }), "no statement"],
  ])("%o is written as %s", (cost, words) => {
    expect(bytesWords(cost)).toBe(words);
  });

  it.each([
    [
      { ...days, ...sum() },
      "Looking cost 1.2GB, 34 statements and 12s of warehouse time in the UTC days 2026-10-01 to 2026-10-31.",
    ],
    [
      { ...days, ...sum({ toldStatements: 30 }) },
      "Looking cost at least 1.2GB, 34 statements (4 did not tell their bytes) and 12s of warehouse time in the UTC days 2026-10-01 to 2026-10-31.",
    ],
    [
      { ...days, ...sum({ statements: 1, toldStatements: 0, bytes: null, busyMs: 7 }) },
      "Looking cost bytes not known, 1 statement and 7ms of warehouse time in the UTC days 2026-10-01 to 2026-10-31.",
    ],
    [
      { ...days, ...sum({ statements: 0, toldStatements: 0, bytes: null, busyMs: 7 }) },
      "Looking cost 0 statements and 7ms of warehouse time in the UTC days 2026-10-01 to 2026-10-31.",
    ],
    [
      { ...days, ...sum({ statements: 0, toldStatements: 0, bytes: null, busyMs: 0 }) },
      "Nothing was asked of a warehouse in the UTC days 2026-10-01 to 2026-10-31.",
    ],
    [null, "What looking cost is kept by UTC day, and the period holds the noon of none."],
  ])("in a period is one sentence: %o", (cost, sentence) => {
    expect(costSentence(cost)).toBe(sentence);
  });
});
