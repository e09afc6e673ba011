import { describe, expect, it } from "vitest";
import type { UnknownPolicy } from "../../../../src/core/mesh.ts";
import { countVerdicts, type Judged, verdictOf } from "../../../../src/export/report/verdict.ts";
import type { SloStatus } from "../../../../src/slo/evaluate.ts";
import { freshSlo, octoberReport } from "./october.ts";

/** Of an objective of 90 %; amounts in deliveries, of which ten would be allowed to be bad in a hundred. */
function judged(
  amounts: Pick<SloStatus, "good" | "bad" | "unknown">,
  remaining: number | null,
  remainingLower: number | null = remaining,
  unknown: UnknownPolicy = "ignore",
): Judged {
  return {
    objectivePpm: 900_000,
    unknown,
    status: {
      ...freshSlo.status,
      ...amounts,
      budget: { ...freshSlo.status.budget, remaining, remainingLower },
    },
  };
}

const of = (good: number, bad: number, unknown: number) => ({ good, bad, unknown });

describe("a verdict", () => {
  it.each<[string, string, Judged]>([
    ["kept", "within its budget", judged(of(95, 5, 0), 0.5)],
    ["kept", "to the last of its budget", judged(of(90, 10, 0), 0)],
    ["kept", "however the unknown was", judged(of(95, 2, 3), 0.8, 0.5)],
    ["kept", "when only good has come yet", judged(of(3, 0, 0), 1)],
    ["uncertain", "when the unknown could break it", judged(of(50, 2, 48), 0.8, -4)],
    ["broken", "by the least beyond its budget", judged(of(89_999, 10_001, 0), -0.0001)],
    ["broken", "although more was reached than promised", judged(of(980, 20, 0), -1)],
    ["broken", "where nothing was allowed", judged(of(98, 1, 0), null)],
    ["kept", "where nothing was allowed and nothing bad", judged(of(98, 0, 0), null)],
    ["below", "when little has come and too much of it was bad", judged(of(8, 2, 0), 0.8)],
    ["below", "when little was seen and too much of it was bad", judged(of(8, 2, 90), 0.8, -8.2)],
    ["unseen", "when nothing is known", judged(of(0, 0, 100), 1, -9)],
    ["unseen", "also where the unknown counts as good", judged(of(0, 0, 100), 1, -9, "good")],
    ["unjudged", "when there was nothing", judged(of(0, 0, 0), 1)],
    ["unjudged", "when all was taken out", judged(of(0, 0, 0), null)],
  ])("is %s %s", (verdict, _when, slo) => {
    expect(verdictOf(slo)).toBe(verdict);
  });

  it("takes what is unknown as good or bad where the SLO says so", () => {
    const amounts = of(50, 10, 40);
    expect(verdictOf(judged(amounts, 0, -4, "good"))).toBe("uncertain");
    expect(verdictOf(judged(amounts, 0, -4, "ignore"))).toBe("below");
    expect(verdictOf(judged(amounts, -4, -4, "bad"))).toBe("broken");
    expect(verdictOf(judged(of(0, 0, 5), 0.5, 0.5, "bad"))).toBe("below");
    expect(verdictOf(judged(of(0, 0, 50), -4, -4, "bad"))).toBe("broken");
  });

  it("is not below an objective that was reached to the millisecond", () => {
    const status = { ...freshSlo.status, good: 999_861, bad: 139, unknown: 0 };
    const budget = { ...status.budget, remaining: 0.9, remainingLower: 0.9 };
    const slo = {
      objectivePpm: 999_861,
      unknown: "ignore",
      status: { ...status, budget },
    } as const;
    expect(verdictOf(slo)).toBe("kept");
    const oneLess = { ...status, budget, good: 999_860, bad: 140 };
    expect(verdictOf({ ...slo, status: oneLess })).toBe("below");
  });

  it("is counted over all SLOs", () => {
    expect(countVerdicts(octoberReport.products.flatMap(({ slos }) => slos))).toEqual({
      broken: 1,
      below: 0,
      unseen: 0,
      uncertain: 1,
      kept: 1,
      unjudged: 1,
    });
  });
});
