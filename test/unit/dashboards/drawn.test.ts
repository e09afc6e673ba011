import { describe, expect, it } from "vitest";
import {
  type Answer,
  hasUnit,
  newestSchemaVersion,
  type Shown,
  shownSeries,
  shownStat,
  shownTable,
} from "../../helpers/grafana.ts";
import { dishonestyOf } from "../../helpers/honest.ts";
import { committed, panels } from "./committed.ts";
import { under } from "./under.ts";

const nowMs = 1_760_000_000_000;
const minuteMs = 60_000;
const [broken, atRisk, kept, grey] = ["#D55E00", "#E69F00", "#009E73", "#B0B0B0"];

type Labels = Readonly<Record<string, string>>;

function one(value: number, labels: Labels = {}): Answer {
  return { labels, points: [[nowMs, value]] };
}

/** A series that goes by minutes; null is a scrape in which it was absent. */
function over(values: readonly (number | null)[], labels: Labels = {}): Answer {
  return {
    labels,
    points: values.flatMap((value, index) =>
      value === null ? [] : [[nowMs + index * minuteMs, value] as const],
    ),
  };
}

function panelOf(where: string) {
  const found = panels.find((panel) => panel.where === where);
  if (found === undefined) {
    throw new RangeError(`there is no panel ${where}`);
  }
  return found;
}

const ofType = (type: string) => panels.filter((panel) => panel.type === type);

const tables = [
  {
    where: "tidemark-mesh.json: Data products",
    names: ["Product", "Domain", "Owner", "Tier"],
    figures: [
      "State",
      "Budget left",
      "Budget at worst",
      "Coverage",
      "Burn rate, 1 h",
      "Broken checks",
      "Silent checks",
      "Open incidents",
    ],
    first: { product: "orders", domain: "sales", owner: "checkout", tier: "gold" },
    others: { product: "orders" },
  },
  {
    where: "tidemark-owner.json: Teams",
    names: ["Owner"],
    figures: [
      "Products",
      "Broken",
      "At risk",
      "Unseen",
      "Kept",
      "Without SLO",
      "Least budget left",
      "Pages open",
      "Tickets open",
    ],
    first: { owner: "checkout" },
    others: { owner: "checkout" },
  },
  {
    where: "tidemark-product.json: SLOs",
    names: ["SLO", "Period", "Counts"],
    figures: [
      "Listed",
      "State",
      "Objective",
      "SLI",
      "Budget left",
      "Budget at worst",
      "Coverage",
      "Burn rate, 1 h",
    ],
    hidden: ["Listed"],
    first: { slo: "fresh", period: "30d", budgeting: "time" },
    others: { slo: "fresh" },
  },
  {
    where: "tidemark-product.json: Upstream",
    names: ["Upstream"],
    figures: ["State", "Budget left", "Coverage", "Open incidents"],
    first: { product: "orders" },
    others: { product: "orders" },
  },
  {
    where: "tidemark-product.json: Whose it is",
    names: ["Owner", "Domain", "Tier"],
    figures: ["Listed"],
    hidden: ["Listed"],
    first: { owner: "checkout", domain: "sales", tier: "gold" },
    others: {},
  },
  {
    where: "tidemark-product.json: Checks now",
    names: ["Dataset", "Check", "Type", "Severity"],
    figures: ["Listed", "Promise", "Last answer, ago"],
    hidden: ["Listed"],
    first: { dataset: "rows", check: "fresh", type: "freshness", severity: "fail" },
    others: { dataset: "rows", check: "fresh" },
  },
  {
    where: "tidemark-daemon.json: Running",
    names: ["Version", "Node.js"],
    figures: ["Daemons", "Started, ago"],
    first: { version: "0.1.0", node: "24.21.0" },
    others: { version: "0.1.0", node: "24.21.0" },
  },
] as const;

type Table = (typeof tables)[number];

const hiddenIn = (table: Table): readonly string[] => ("hidden" in table ? table.hidden : []);

/** What is answered with to each column of figures, by its `refId`. */
function answersTo(
  { figures, first, others }: Table,
  value: (title: string) => number | null,
): Record<string, readonly Answer[]> {
  return Object.fromEntries(
    figures.map((title, index) => {
      const figure = value(title);
      const labels = index === 0 ? first : others;
      return [String.fromCharCode(65 + index), figure === null ? [] : [one(figure, labels)]];
    }),
  );
}

describe("a table", () => {
  it("is looked at below, whichever it is", () => {
    const all = new Set(ofType("table").map(({ where }) => where));
    // The same table stands on two dashboards.
    all.delete("tidemark-owner.json: Data products");
    expect(all).toEqual(new Set(tables.map(({ where }) => where)));
  });

  it.each(tables)("has its columns, in their order: $where", async (table) => {
    const shown = await shownTable(
      panelOf(table.where),
      answersTo(table, () => 1),
    );
    const figures = table.figures.filter((title) => !hiddenIn(table).includes(title));
    expect(shown.columns).toEqual([...table.names, ...figures]);
    expect(shown.rows.length).toBe(1);
  });

  it.each(tables.flatMap((table) => table.figures.slice(1).map((empty) => ({ ...table, empty }))))(
    "keeps its columns while $empty is known of nothing: $where",
    async ({ empty, ...table }) => {
      const panel = panelOf(table.where);
      const full = await shownTable(
        panel,
        answersTo(table, () => 1),
      );
      const shown = await shownTable(
        panel,
        answersTo(table, (title) => (title === empty ? null : 1)),
      );
      expect(shown.columns).toEqual(full.columns);
      const cell = shown.rows[0]?.[shown.columns.indexOf(empty)];
      expect(cell).toEqual({ value: null, text: "unknown", colour: grey });
    },
  );

  it("keeps its columns where only products are known", async () => {
    const [mesh] = tables;
    const answers = answersTo(mesh, (title) => (title === "State" ? 2 : null));
    const { rows } = await shownTable(panelOf(mesh.where), answers);
    expect(rows[0]?.map(({ text }) => text)).toEqual([
      "orders",
      "sales",
      "checkout",
      "gold",
      "unseen",
      ...Array.from({ length: 7 }, () => "unknown"),
    ]);
  });

  it("says of a product that is named without a figure that it is unknown", async () => {
    const [mesh] = tables;
    const answers = answersTo(mesh, (title) => (title === "State" ? 2 : Number.NaN));
    const { rows } = await shownTable(panelOf(mesh.where), answers);
    expect(rows.length).toBe(1);
    expect(rows[0]?.slice(5).map(({ text, colour }) => [text, colour])).toEqual(
      Array.from({ length: 7 }, () => ["unknown", grey]),
    );
  });

  it.each(ofType("table").filter(({ title }) => title === "Data products"))(
    "of many products is named one at least by each query: $where",
    ({ targets }) => {
      const [states, ...others] = targets.map(({ expr }) => expr);
      expect(states).toContain("group_left (domain, owner, tier)");
      expect(others.length).toBe(7);
      expect(others.filter((expr) => !/ or 0 \/ 0 \* max by \(product\)/.test(expr))).toEqual([]);
    },
  );

  it("shows each product in a row, with what is known of it", async () => {
    const labels = (product: string, domain = "sales") => ({ product, domain, owner: "checkout" });
    const { rows } = await shownTable(panelOf("tidemark-mesh.json: Data products"), {
      A: [one(0, labels("late")), one(2, labels("dark", "–")), one(3, labels("007"))],
      B: [one(-0.25, { product: "late" }), one(0.99996, { product: "007" })],
      C: [one(-0.5, { product: "late" }), one(-9, { product: "dark" })],
      D: [one(0, { product: "dark" }), one(1, { product: "late" }), one(0.95, { product: "007" })],
    });
    const figures = rows.map((row) => row.filter((_, column) => column !== 2 && column < 7));
    expect(figures.map((row) => row.map(({ text }) => text))).toEqual([
      ["late", "sales", "broken", "-25.00%", "-50.00%", "100.00%"],
      ["dark", "–", "unseen", "unknown", "-900.00%", "0.00%"],
      ["007", "sales", "kept", "> 99.99%", "unknown", "95.00%"],
    ]);
    expect(figures.map((row) => row.slice(2).map(({ colour }) => colour))).toEqual([
      [broken, broken, atRisk, "#0072B2"],
      [grey, grey, atRisk, grey],
      [kept, kept, grey, "#0072B2"],
    ]);
  });

  it.each(ofType("table"))("is sorted by columns that it has: $where", async (panel) => {
    const sortBy = under("sortBy", panel)
      .flat()
      .flatMap((by) => under("displayName", by));
    const table = tables.find(({ where }) => where.split(": ")[1] === panel.title);
    const columns: readonly unknown[] =
      table === undefined ? [] : [...table.names, ...table.figures];
    expect(sortBy.length).toBeGreaterThan(0);
    const places = sortBy.map((title) => columns.indexOf(title));
    // From left to right, as people read what a table is sorted by.
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it.each(tables)("changes only columns that it has: $where", (table) => {
    const overridden = under("matcher", panelOf(table.where)).flatMap((by) => under("options", by));
    expect(overridden).toEqual([...table.names, ...table.figures]);
  });

  it.each(tables.filter(({ names }) => (names as readonly string[]).includes("Domain")))(
    "has a name for the domain of who has none: $where",
    ({ where }) => {
      const listed = panelOf(where).targets[0]?.expr;
      expect(listed).toMatch(/^label_replace\(.*, "domain", "–", "domain", ""\)$/s);
    },
  );

  it("leads to what a row names, by a column that it has", () => {
    const linked = tables.flatMap((table) =>
      under("url", panelOf(table.where)).map((url) => {
        const column = /\$\{__data\.fields\.(\w+)\}/.exec(String(url))?.[1] ?? "";
        return [table.where, column, table.names.some((name) => name === column)];
      }),
    );
    expect(linked).toEqual([
      ["tidemark-mesh.json: Data products", "Product", true],
      ["tidemark-mesh.json: Data products", "Owner", true],
      ["tidemark-owner.json: Teams", "Owner", true],
      ["tidemark-product.json: Upstream", "Upstream", true],
      ["tidemark-product.json: Whose it is", "Owner", true],
    ]);
  });
});

const figures = [0, 1, 0.5, 0.9994, 0.9995, 0.99994, 0.99995, 0.999994, 0.9999995, 1 - 2 ** -53];
const overspent = [-1e-9, -0.00001, -0.00004, -0.00005, -0.01, -1, -12.5];
const shares = [...figures, ...overspent];

describe("a share", () => {
  it.each(ofType("stat"))("is said to be whole only where it is: $where", async (panel) => {
    for (const value of shares) {
      expect(dishonestyOf(await shownStat(panel, { A: [one(value)] }))).toBe(null);
    }
  });

  it.each(tables)("is said to be whole only where it is: $where", async (table) => {
    for (const value of shares) {
      const answers = answersTo(table, () => value);
      const { rows } = await shownTable(panelOf(table.where), answers);
      expect(rows.flat().flatMap((cell) => dishonestyOf(cell) ?? [])).toEqual([]);
    }
  });

  it.each(ofType("timeseries"))("is said to be whole only where it is: $where", async (panel) => {
    const answers = Object.fromEntries(panel.targets.map(({ refId }) => [refId, [over(shares)]]));
    const all = (await shownSeries(panel, answers)).flatMap(({ values }) => values);
    expect(all.length).toBe(shares.length * panel.targets.length);
    expect(all.flatMap((value) => dishonestyOf(value) ?? [])).toEqual([]);
  });

  it("is said with two decimals, those of objectives and SLIs with four", async () => {
    const budget = panelOf("tidemark-product.json: Least budget left");
    const sli = panelOf("tidemark-product.json: SLI of $slo, with its bounds");
    const texts = async (value: number) => [
      (await shownStat(budget, { A: [one(value)] })).text,
      ...(await shownSeries(sli, { A: [one(value)] })).flatMap(({ values }) =>
        values.map(({ text }) => text),
      ),
    ];
    expect(await texts(1)).toEqual(["100.00%", "100.0000%"]);
    expect(await texts(0.9995)).toEqual(["99.95%", "99.9500%"]);
    expect(await texts(0.99996)).toEqual(["> 99.99%", "99.9960%"]);
    expect(await texts(0.9999996)).toEqual(["> 99.99%", "> 99.9999%"]);
    expect(await texts(-0.00001)).toEqual(["< 0%", "-0.0010%"]);
  });
});

describe("what nobody has seen", () => {
  it.each(ofType("stat"))("is unknown, in grey: $where", async (panel) => {
    const unknown = { value: null, text: "unknown", colour: grey };
    expect(await shownStat(panel, {})).toEqual(unknown);
    expect(await shownStat(panel, { A: [one(Number.NaN)] })).toMatchObject({
      text: "unknown",
      colour: grey,
    });
  });

  it.each([...ofType("timeseries"), ...ofType("state-timeline")])(
    "is no line and no strip: $where",
    async (panel) => {
      expect(await shownSeries(panel, {})).toEqual([]);
    },
  );

  it("would be found out if it were shown", () => {
    const shown = (value: Shown["value"], text: string, colour: string) =>
      dishonestyOf({ value, text, colour });
    expect(shown(null, "100%", kept)).toBe("absence is shown as 100%, #009E73");
    expect(shown(null, "unknown", kept)).toBe("absence is shown as unknown, #009E73");
    expect(shown(Number.NaN, "NaN", grey)).toBe("absence is shown as NaN, #B0B0B0");
    expect(shown(0.9996, "100.0%", kept)).toBe("0.9996 is shown as 100.0%");
    expect(shown(-0.0001, "0.00%", broken)).toBe("-0.0001 is shown as 0.00%");
    expect(shown(-2, "-200.00%", kept)).toBe("-2 is shown in green");
    expect(shown("007", "7", grey)).toBe('the name "007" is shown as 7');
    expect(shown("", "unknown", grey)).toBe('the name "" is shown as unknown');
    expect(shown(Infinity, "Infinity", grey)).toBe('Infinity is shown as "Infinity"');
  });
});

describe("a state", () => {
  const words = [
    ["broken", broken],
    ["at risk", atRisk],
    ["unseen", grey],
    ["kept", kept],
    ["no SLO", grey],
  ];
  const numbers = [0, 1, 2, 3, 4];
  const inWords = ({ text, colour }: Shown) => [text, colour];

  it("has its word and colour, of a product", async () => {
    const panel = panelOf("tidemark-product.json: State");
    const shown = await Promise.all(numbers.map((state) => shownStat(panel, { A: [one(state)] })));
    expect(shown.map(inWords)).toEqual(words);
  });

  it.each([
    ["tidemark-mesh.json: Data products", "A", "product"],
    ["tidemark-product.json: SLOs", "B", "slo"],
    ["tidemark-product.json: Upstream", "A", "product"],
  ])("has its word and colour, in %s", async (where, refId, label) => {
    const answers = { [refId]: numbers.map((state) => one(state, { [label]: `of-${state}` })) };
    const { columns, rows } = await shownTable(panelOf(where), answers);
    const column = columns.indexOf("State");
    expect(rows.map((row) => row.slice(column, column + 1).flatMap(inWords))).toEqual(words);
  });

  it("has its word and colour, over time", async () => {
    const panel = panelOf("tidemark-mesh.json: How products stood");
    const shown = await shownSeries(panel, { A: [over(numbers, { product: "orders" })] });
    expect(shown.map(({ name }) => name)).toEqual(["orders"]);
    expect(shown.flatMap(({ values }) => values.map(inWords))).toEqual(words);
  });

  it("has its word and colour, of a check", async () => {
    const panel = panelOf("tidemark-product.json: Checks");
    const labels = { dataset: "rows", check: "fresh" };
    const shown = await shownSeries(panel, { A: [over([0, 1, 2], labels)] });
    expect(shown.map(({ name }) => name)).toEqual(["rows.fresh"]);
    expect(shown.flatMap(({ values }) => values.map(inWords))).toEqual([
      ["broken", broken],
      ["holds", kept],
      ["unknown", grey],
    ]);
  });
});

describe("the schema's version", () => {
  it.each([...committed])("is one that Grafana knows, in %s", (_, { schemaVersion }) => {
    expect(newestSchemaVersion()).toBe(41);
    expect(schemaVersion).toBe(41);
  });
});

describe("a unit", () => {
  it.each(panels)("is one that Grafana has: $where", (panel) => {
    const overridden = under("properties", panel)
      .flat()
      .filter((property) => under("id", property)[0] === "unit")
      .flatMap((property) => under("value", property));
    const units = [panel.fieldConfig?.defaults.unit, ...overridden].map(String);
    expect(units.filter((unit) => !hasUnit(unit))).toEqual([]);
  });

  it("would be found out if there were none of its name", () => {
    expect(hasUnit("percentunits")).toBe(false);
  });
});

describe("the lines of an SLO", () => {
  it("have their names and colours, and the band its other edge", async () => {
    const panel = panelOf("tidemark-product.json: SLI of $slo, with its bounds");
    const answers = { A: [over([0.9])], B: [over([1])], C: [over([0.5])], D: [over([0.99])] };
    const shown = await shownSeries(panel, answers);
    expect(shown.map(({ name, colour }) => [name, colour])).toEqual([
      ["SLI", "#0072B2"],
      ["if unknown was good", grey],
      ["if unknown was bad", grey],
      ["objective", atRisk],
    ]);
    const edges = under("properties", panel)
      .flat()
      .filter((property) => under("id", property)[0] === "custom.fillBelowTo")
      .flatMap((property) => under("value", property));
    expect(edges).toEqual(["if unknown was bad"]);
  });

  it("have the colour of their burn rate, the longer window and the shorter one", async () => {
    const windows = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];
    const shown = await shownSeries(panelOf("tidemark-product.json: Burn rates of $slo"), {
      A: windows.map((window) => over([1], { window })),
    });
    expect(Object.fromEntries(shown.map(({ name, colour }) => [name, colour]))).toEqual({
      "1h": "#0072B2",
      "5m": "#0072B2",
      "6h": "#56B4E9",
      "30m": "#56B4E9",
      "1d": "#CC79A7",
      "2h": "#CC79A7",
      "3d": "#F0E442",
    });
  });

  it("have the colours of what is told, and of what came of telling", async () => {
    const incidents = await shownSeries(panelOf("tidemark-mesh.json: Open incidents"), {
      A: [
        over([1], { alert: "page" }),
        over([2], { alert: "ticket" }),
        over([3], { alert: "none" }),
      ],
    });
    expect(incidents.map(({ name, colour }) => [name, colour])).toEqual([
      ["page", broken],
      ["ticket", atRisk],
      ["none", "#0072B2"],
    ]);
  });
});
