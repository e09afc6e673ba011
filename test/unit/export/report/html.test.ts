import { describe, expect, it } from "vitest";
import type { Interval } from "../../../../src/core/timeline.ts";
import type { ReportDocument, SloReport } from "../../../../src/export/report/document.ts";
import { reportHtml } from "../../../../src/export/report/html.ts";
import { html, Markup } from "../../../../src/export/report/markup.ts";
import { type HtmlPage, readHtml } from "../../../helpers/strict-html.ts";
import { exclusionOf, freshSlo, incidentOf, october, octoberReport } from "./october.ts";

/** One product with one SLO. */
function reportOf(slo: SloReport): ReportDocument {
  const product = {
    name: "orders",
    description: null,
    owner: "checkout",
    tier: "gold",
    cost: null,
  };
  return { ...octoberReport, products: [{ ...product, slos: [slo] }] };
}

const names = ({ elements }: HtmlPage): readonly string[] =>
  [...new Set(elements.map(({ name }) => name))].toSorted();

/** All that a page is made of: none of it loads or runs anything. */
const allowed = {
  elements:
    "a body br h1 h2 h3 h4 head html meta p path section span style svg table tbody td th thead title tr".split(
      " ",
    ),
  attributes:
    "aria-label charset class content d href http-equiv id lang name preserveAspectRatio role shape-rendering style viewBox".split(
      " ",
    ),
};

describe("the report as a page", () => {
  const source = reportHtml(octoberReport);
  const page = readHtml(source);

  it("is this, word for word", async () => {
    await expect(source).toMatchFileSnapshot("../../../golden/report/october.html");
  });

  it("holds all in itself: nothing is loaded, nothing runs", () => {
    expect(names(page)).toEqual(allowed.elements);
    const attributes = page.elements.flatMap((element) => Object.entries(element.attributes));
    expect([...new Set(attributes.map(([name]) => name))].toSorted()).toEqual(allowed.attributes);
    expect(attributes.filter(([name, value]) => name === "href" && !value.startsWith("#"))).toEqual(
      [],
    );
    expect(source).not.toMatch(/url\(|@import|https?:|\/\/|javascript:/i);
    expect(source).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    );
  });

  it("leads from each line of the overview to the part that it sums up", () => {
    const ids = page.elements.flatMap(({ attributes }) => attributes["id"] ?? []);
    const targets = page.elements.flatMap(({ attributes }) => attributes["href"] ?? []);
    expect(ids).toEqual(["archive/fresh", "orders/whole", "orders/fresh", "orders/delivered"]);
    expect(targets).toEqual(ids.map((id) => `#${id}`));
  });

  it("has a column for every heading in every row", () => {
    const tables = [...source.matchAll(/<table.*?<\/table>/gs)].map(([table]) => table);
    expect(tables).toHaveLength(9);
    for (const table of tables) {
      const widths = (table.match(/<tr>.*?<\/tr>/gs) ?? []).map(
        (row) => (row.match(/<t[hd][ >]/g) ?? []).length,
      );
      expect(new Set(widths).size).toBe(1);
    }
  });

  it("says every state of the strip in words as well", () => {
    for (const words of ["good", "bad", "not known", "taken out"]) {
      expect(page.text).toContain(words);
    }
    const labels = page.elements.flatMap(({ attributes }) => attributes["aria-label"] ?? []);
    expect(labels).toEqual([
      "9h bad, 12h not known",
      "1h30m bad, 4h not known",
      "1 delivery bad, 0 deliveries not known",
    ]);
  });

  it("says that a period is not over", () => {
    const running = { ...octoberReport, period: { ...october, isRunning: true } };
    expect(readHtml(reportHtml(running)).text).toContain(
      "The period is not over: what is said of it may change.",
    );
    expect(page.text).not.toContain("The period is not over");
  });

  it("is a page also of no product, and of products that promise nothing", () => {
    const none = readHtml(reportHtml({ ...octoberReport, products: [] }));
    expect(none.text).toContain("No objective is promised.");
    const visits = octoberReport.products.filter(({ name }) => name === "visits");
    const quiet = readHtml(reportHtml({ ...octoberReport, products: visits }));
    expect(quiet.text).toContain("It promises no objective.");
    expect(names(quiet)).not.toContain("table");
  });
});

describe("hostile text", () => {
  const hostile = [
    `<script>alert(1)</script>`,
    `"><img src=x onerror=alert(1)>`,
    `' onmouseover='alert(1)`,
    `</style></title></td></table><!-- & &lt; &#x3c;script&#x3e;`,
    `\u0000\u0008\u001b[31m\u009b\u202e\ud800`,
  ].join(" ");
  const plain = hostile.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();

  const slo: SloReport = {
    ...freshSlo,
    id: hostile,
    name: hostile,
    description: hostile,
    window: hostile,
    checks: [{ id: hostile, bad: 1, disabledReason: hostile }],
    spent: {
      incidents: [
        { incident: incidentOf({ id: hostile, datasetId: hostile }), amount: 1, excused: 1 },
      ],
      outside: 1,
    },
    exclusions: [
      {
        mode: "good",
        reason: hostile,
        record: exclusionOf({
          id: hostile,
          author: hostile,
          endedMs: 1,
          endedBy: hostile,
          withdrawal: { atMs: 1, by: hostile, reason: hostile },
        }),
        times: [],
      },
    ],
  };
  const report: ReportDocument = {
    ...octoberReport,
    period: { ...october, text: hostile },
    products: [
      {
        name: hostile,
        description: hostile,
        owner: hostile,
        tier: hostile,
        slos: [slo],
        cost: null,
      },
    ],
  };
  const page = readHtml(reportHtml(report));

  it("adds no element and no attribute to the page", () => {
    const attributes = page.elements.flatMap((one) => Object.keys(one.attributes));
    expect([...new Set(attributes)].toSorted()).toEqual(allowed.attributes);
    expect(names(page).filter((name) => !allowed.elements.includes(name))).toEqual([]);
  });

  it("is shown as it was written, but for what no page may hold", () => {
    expect(page.text).toContain(plain);
    expect(page.text).toContain(hostile.replaceAll(/[^\P{Cc}\t\n\r]/gu, "\uFFFD"));
    const { attributes } = page.elements.find(({ name }) => name === "section") ?? {};
    expect(attributes?.["id"]).toBe(hostile.replaceAll(/[^\P{Cc}\t\n\r]/gu, "\uFFFD"));
  });
});

describe("the reader that these tests trust", () => {
  const refusal =
    /no tag at|closes nothing|within a paragraph|outside of svg|given twice|not escaped|no reference/;
  const pageOf = (body: string): string => `<!doctype html>\n<html><body>${body}</body></html>\n`;

  it("takes what is well-formed", () => {
    expect(readHtml(pageOf('<p class="a&quot;b">x &lt; y<br></p>'))).toEqual({
      elements: [
        { name: "html", attributes: {}, path: [] },
        { name: "body", attributes: {}, path: ["html"] },
        { name: "p", attributes: { class: 'a"b' }, path: ["html", "body"] },
        { name: "br", attributes: {}, path: ["html", "body", "p"] },
      ],
      text: "x < y\n",
    });
  });

  it.each([
    "<p>",
    "</p>",
    "<p><span></p></span>",
    "<p><table></table></p>",
    "<p/>",
    "<p class=a></p>",
    '<p class="a" class="b"></p>',
    '<p class="a>"></p>',
    "a < b",
    "a > b",
    "a & b",
    "&nbsp;",
    "a\u0000",
    "<!-- -->",
  ])("refuses %j", (body) => {
    expect(() => readHtml(pageOf(body))).toThrow(refusal);
  });
});

describe("a piece of markup", () => {
  it("escapes what is put in, and takes pieces as they are", () => {
    expect(html`<b>${`<&>"'`}</b>`.text).toBe("<b>&lt;&amp;&gt;&quot;&#39;</b>");
    expect(html`${new Markup("<i>")}${["<", new Markup("<br>")]}${0}`.text).toBe("<i>&lt;<br>0");
    expect(html`a\u0000${"b\u0000\u007fc\td\ne"}`.text).toBe("a\u0000b\uFFFD\uFFFDc\td\ne");
  });
});

describe("a page on a long period", () => {
  it("is small, however often the state changed", () => {
    const count = 200_000;
    const stepMs = (october.toMs - october.fromMs) / count;
    const states = ["good", "unknown", "bad", "excluded"] as const;
    const timeline = Array.from(
      { length: count },
      (_, index): Interval => ({
        fromMs: october.fromMs + index * stepMs,
        toMs: october.fromMs + (index + 1) * stepMs,
        state: states[index % (index < count / 2 ? 2 : 4)] ?? "good",
      }),
    );
    const source = reportHtml(reportOf({ ...freshSlo, status: { ...freshSlo.status, timeline } }));
    expect(source.length).toBeLessThan(80_000);
    expect(readHtml(source).elements.filter(({ name }) => name === "path").length).toBe(3);
  });
});
