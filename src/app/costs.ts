/** What looking cost, summed up for those who ask: from what the store keeps by UTC day. */
import type { ByteBudget, CostSum, DailyCost } from "../core/cost.ts";
import type { Mesh } from "../core/mesh.ts";
import type { StoreParts } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { byteBudgetsOf } from "../engine/cost-book.ts";
import type { CostDocument, CostsDocument } from "../http/api/documents.ts";
import { utcDayMs, utcDayOf } from "../time/utc-day.ts";

/** With today. */
const recentDays = 30;

/** What a product cost on the present UTC day, and on the last thirty of them. */
export interface RecentCost {
  readonly product: string;
  readonly today: CostSum;
  readonly recent: CostSum;
}

/** A budget, and what of it is spent today. */
export interface BudgetStanding extends ByteBudget {
  readonly bytesToday: number;
}

type CostsOf = Pick<StoreParts, "costs">;

export function sumCosts(costs: readonly DailyCost[]): CostSum {
  const total = (of: (cost: DailyCost) => number): number =>
    costs.reduce((sum, cost) => sum + of(cost), 0);
  const toldStatements = total((cost) => cost.toldStatements);
  return {
    statements: total(({ statements }) => statements),
    toldStatements,
    bytes: toldStatements === 0 ? null : total(({ bytes }) => bytes),
    busyMs: total(({ busyMs }) => busyMs),
  };
}

/** Of each of the products, in their order. */
export async function recentCosts(
  { costs }: CostsOf,
  products: readonly string[],
  nowMs: EpochMs,
): Promise<readonly RecentCost[]> {
  const todayMs = utcDayOf(nowMs);
  const fromMs = todayMs - (recentDays - 1) * utcDayMs;
  const kept = await costs.between(fromMs, todayMs + utcDayMs, products);
  const byProduct = Map.groupBy(kept, ({ product }) => product);
  return products.map((product) => {
    const own = byProduct.get(product) ?? [];
    const today = own.filter(({ dayMs }) => dayMs === todayMs);
    return { product, today: sumCosts(today), recent: sumCosts(own) };
  });
}

/** The budgets that bound what is looked at for any of the products. */
export async function budgetStandings(
  mesh: Mesh,
  { costs }: CostsOf,
  products: ReadonlySet<string>,
  nowMs: EpochMs,
): Promise<readonly BudgetStanding[]> {
  const connections = new Set(
    [...mesh.datasets.values()]
      .filter(({ product }) => products.has(product))
      .map(({ connection }) => connection),
  );
  const concerned = { connection: connections, product: products };
  const budgets = [...byteBudgetsOf(mesh).values()].filter(({ scope, name }) =>
    concerned[scope].has(name),
  );
  if (budgets.length === 0) {
    return [];
  }
  const today = await costs.between(utcDayOf(nowMs), utcDayOf(nowMs) + utcDayMs, null);
  return budgets.map((budget) => ({
    ...budget,
    bytesToday: today
      .filter((cost) => cost[budget.scope] === budget.name)
      .reduce((sum, { bytes }) => sum + bytes, 0),
  }));
}

export function costsDocument({ today, recent }: RecentCost): CostsDocument {
  return { today: costDocument(today), last_30_days: costDocument(recent) };
}

function costDocument({ statements, toldStatements, bytes, busyMs }: CostSum): CostDocument {
  return {
    bytes,
    statements,
    statements_without_bytes: statements - toldStatements,
    warehouse_seconds: Math.round(busyMs) / 1000,
  };
}
