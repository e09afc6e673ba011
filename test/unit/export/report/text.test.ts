import { describe, expect, it } from "vitest";
import type { ReportDocument, SloReport } from "../../../../src/export/report/document.ts";
import { reportText } from "../../../../src/export/report/text.ts";
import { wrapped } from "../../../../src/export/report/wrap.ts";
import { freshSlo, hourMs, incidentOf, october, octoberReport } from "./october.ts";

/** One product with one SLO. */
function textOf(slo: SloReport, changes: Partial<ReportDocument> = {}): string {
  const product = {
    name: "orders",
    description: null,
    owner: "checkout",
    tier: "gold",
    cost: null,
  };
  return reportText({ ...octoberReport, products: [{ ...product, slos: [slo] }], ...changes });
}

/** `freshSlo` with another status. */
function freshWith(changes: Partial<SloReport["status"]>, slo: Partial<SloReport> = {}): SloReport {
  return { ...freshSlo, ...slo, status: { ...freshSlo.status, ...changes } };
}

describe("the report as text", () => {
  const text = reportText(octoberReport);

  it("is this, word for word", async () => {
    await expect(text).toMatchFileSnapshot("../../../golden/report/october.txt");
  });

  it("is read in a hundred columns", () => {
    const longest = Math.max(...text.split("\n").map((line) => line.length));
    expect(longest).toBeLessThanOrEqual(100);
    expect(text.endsWith("\n")).toBe(true);
    expect(text).not.toMatch(/ $|\n\n\n/m);
  });

  it("says that a period is not over", () => {
    const running = textOf(freshSlo, { period: { ...october, isRunning: true } });
    expect(running).toContain("\nThe period is not over: what is said of it may change.\n");
    expect(text).not.toContain("The period is not over");
  });

  it("says so when nothing is promised", () => {
    expect(reportText({ ...octoberReport, products: [] })).toBe(
      "Tidemark report 2026-10\n2026-10-01 00:00:00 +02:00 to 2026-11-01 00:00:00 +01:00, all times in Europe/Berlin\nMade at 2026-11-02 09:15:00 +01:00.\n\nNo objective is promised.\n",
    );
  });

  it("hands no control character of what people wrote to a terminal", () => {
    const description = "Orders.\u001b[31m\u0007\u009b\r\nRed.";
    const shown = textOf({ ...freshSlo, description });
    expect(shown).toContain("\n    Orders. [31m Red.\n");
    expect(shown).not.toMatch(/[^\P{Cc}\n]/u);
  });
});

describe("of an SLO", () => {
  it("that was not seen it is said so, with bounds from nothing to all", () => {
    const unseen = freshWith({
      good: 0,
      bad: 0,
      unknown: 745 * hourMs,
      sli: null,
      sliBounds: [0, 1],
      coverage: 0,
      budget: { allowed: 3.725 * hourMs, consumed: 0, remaining: 1, remainingLower: -199 },
      blame: [],
    });
    const text = textOf({ ...unseen, spent: { incidents: [], outside: 0 } });
    expect(text).toContain("  fresh: not seen\n");
    expect(text).toContain("reached   –, at least 0% and at most 100%\n");
    expect(text).toContain("coverage  0%; 31d1h not known\n");
  });

  it("whose unknown time counts as bad it is said so, and the budget holds it", () => {
    const strict = freshWith(
      {
        sli: 739.5 / 745,
        budget: {
          allowed: 3.725 * hourMs,
          consumed: 5.5 / 3.725,
          remaining: -1.775 / 3.725,
          remainingLower: -1.775 / 3.725,
        },
      },
      { unknown: "bad" },
    );
    const text = textOf(strict);
    expect(text).toContain("  fresh: broken\n");
    expect(text).toContain("and at most 99.798%; what is not known counts as bad\n");
    expect(text).toContain("budget    5h30m of 3h43m30s spent (147.7%), 1h46m30s too much\n");
  });

  it("that is newer than the period's start it is said since when it is judged", () => {
    const sinceMs = Date.parse("2026-10-12T09:00:30+02:00");
    expect(textOf({ ...freshSlo, sinceMs }).replaceAll(/\s+/g, " ")).toContain(
      "promised since 2026-10-12 09:00:30, what was before is not judged",
    );
  });

  it("with very many incidents the costliest are named, and the others summed up", () => {
    const incidents = Array.from({ length: 2_052 }, (_, index) => ({
      incident: incidentOf({ id: `incident-${index}` }),
      amount: (3_000 - index) * 1_000,
      excused: 0,
    }));
    const lines = textOf({ ...freshSlo, spent: { incidents, outside: hourMs } }).split("\n");
    expect(lines.filter((line) => line.includes("incident-"))).toHaveLength(50);
    // 2,002 of them, from 2,950 seconds down to 949.
    expect(lines.slice(-3)).toEqual([
      "      45d4h8m19s  in 2002 further incidents",
      "      1h          while none of these was open",
      "",
    ]);
  });

  it("with nothing to judge it is said why", () => {
    const nothing = { good: 0, bad: 0, unknown: 0, timeline: [] };
    const why = (slo: SloReport): string => textOf(slo).split("\n")[10]?.trim() ?? "";
    expect(why(freshWith(nothing, { sinceMs: october.toMs }))).toBe(
      "It is promised since 2026-11-01 00:00, after the period.",
    );
    expect(why(freshWith({ ...nothing, excluded: hourMs }))).toBe(
      "All that has come due was excluded.",
    );
    expect(why(freshWith(nothing))).toBe("Nothing of it has come yet.");
    expect(why(freshWith({ ...nothing, unit: "deliveries" }))).toBe("No delivery has fallen due.");
  });
});

describe("wrapped text", () => {
  it("breaks at spaces, and lets a long word go beyond", () => {
    expect(wrapped("one two three", { width: 7 })).toEqual(["one two", "three"]);
    expect(wrapped("one two", { width: 8, first: "a: ", indent: "   " })).toEqual([
      "a: one",
      "   two",
    ]);
    expect(wrapped("a incomprehensibilities b", { width: 6, indent: "  " })).toEqual([
      "  a",
      "  incomprehensibilities",
      "  b",
    ]);
    expect(wrapped("", { width: 6, indent: "  " })).toEqual(["  "]);
  });
});
