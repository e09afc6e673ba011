import { describe, expect, it } from "vitest";
import { shownTable } from "../../helpers/grafana.ts";
import { atRisk, broken, grey, kept, ofType, one, panelOf } from "./answers.ts";
import { answersTo, hiddenIn, tables } from "./tables.ts";
import { under } from "./under.ts";

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
