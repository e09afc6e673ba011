import type { Answer } from "../../helpers/grafana.ts";
import { one } from "./answers.ts";

export const tables = [
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

export type Table = (typeof tables)[number];

export const hiddenIn = (table: Table): readonly string[] =>
  "hidden" in table ? table.hidden : [];

/** What is answered with to each column of figures, by its `refId`. */
export function answersTo(
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
