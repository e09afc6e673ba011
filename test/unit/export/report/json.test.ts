import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { reportJson } from "../../../../src/export/report/json.ts";
import { periodForms } from "../../../../src/export/report/period.ts";
import { reportText } from "../../../../src/export/report/text.ts";
import { verdicts } from "../../../../src/export/report/verdict.ts";
import { octoberReport } from "./october.ts";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/report.md"), "utf8");

/** What is shown in docs/report.md: one SLO of the report. */
const shown = {
  ...octoberReport,
  products: octoberReport.products
    .filter(({ name }) => name === "orders")
    .map((product) => ({ ...product, slos: product.slos.slice(0, 1) })),
};

interface ReportAsJson {
  readonly products: readonly { readonly slos: readonly Readonly<Record<string, unknown>>[] }[];
}

describe("docs/report.md", () => {
  const block = (language: string): string =>
    new RegExp(`\`\`\`${language}\n(.*?)\n\`\`\``, "s").exec(page)?.[1] ?? "";

  it("shows the JSON of a report", () => {
    expect(JSON.parse(block("json"))).toEqual(reportJson(shown));
  });

  it("shows its text", () => {
    expect(block("text")).toBe(reportText(shown).trimEnd());
  });

  it("names every form of a period and every verdict", () => {
    for (const form of periodForms.match(/`[^`]+`/g) ?? []) {
      expect(page).toContain(form);
    }
    for (const verdict of verdicts) {
      expect(page).toMatch(new RegExp(`^\\| \`${verdict}\` \\|`, "m"));
    }
  });
});

describe("the report as JSON", () => {
  const slos = (reportJson(octoberReport) as ReportAsJson).products.flatMap((one) => one.slos);
  const sloOf = (id: string) => slos.find((slo) => slo["id"] === id);

  it("survives being written and read", () => {
    const made = reportJson(octoberReport);
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  it("counts deliveries as events, and has no seconds of them", () => {
    const delivered = sloOf("orders/delivered") ?? {};
    expect(delivered).toMatchObject({
      budgeting: "deliveries",
      good_events: 21,
      bad_events: 1,
      unknown_events: 0,
      excluded_events: 0,
      budget: { allowed_events: 1.1 },
      checks: [{ id: "orders/orders/by_seven", bad_events: 1 }],
      incidents: [{ id: "1e2d3c4b5a69", spent_events: 1, excused_events: 0 }],
      spent_outside_incidents_events: 0,
    });
    expect(JSON.stringify(delivered)).not.toContain("_seconds");
  });

  it("has null for what is not known, and no zero", () => {
    expect(sloOf("archive/fresh")).toMatchObject({
      verdict: "unjudged",
      sli: null,
      sli_bounds: null,
      sli_without_exclusions: null,
      coverage: null,
    });
  });

  it("has the same keys of every SLO, but for the unit of amounts", () => {
    const keys = slos.map((slo) =>
      Object.keys(slo).map((key) => key.replace(/_(?:seconds|events)$/, "")),
    );
    for (const some of keys) {
      expect(some).toEqual(keys[0]);
    }
  });
});
