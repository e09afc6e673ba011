import type { DailyCost } from "../../core/cost.ts";
import type { Costs } from "../../core/store.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import type { Access } from "./access.ts";
import { toJson } from "./columns.ts";

interface CostRow {
  readonly day_ms: number;
  readonly connection: string;
  readonly product: string;
  readonly statements: number;
  readonly told_statements: number;
  readonly bytes: number;
  readonly busy_ms: number;
}

const costColumns = "day_ms, connection, product, statements, told_statements, bytes, busy_ms";

const addCost = `
  INSERT INTO costs (${costColumns}) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (day_ms, connection, product) DO UPDATE SET
    statements = statements + excluded.statements,
    told_statements = told_statements + excluded.told_statements,
    bytes = bytes + excluded.bytes,
    busy_ms = busy_ms + excluded.busy_ms`;

export class SqliteCosts implements Costs {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  add(costs: readonly DailyCost[]): Promise<void> {
    return this.#access.write((db) => {
      for (const cost of costs) {
        db.run(addCost, [
          cost.dayMs,
          cost.connection,
          cost.product,
          cost.statements,
          cost.toldStatements,
          cost.bytes,
          cost.busyMs,
        ]);
      }
    });
  }

  between(
    fromMs: EpochMs,
    toMs: EpochMs,
    products: readonly string[] | null,
  ): Promise<readonly DailyCost[]> {
    const among = products === null ? "" : "AND product IN (SELECT value FROM json_each(?))";
    const params = products === null ? [fromMs, toMs] : [fromMs, toMs, toJson(products)];
    return this.#access.read((db) => {
      const rows = db.all(
        `SELECT ${costColumns} FROM costs WHERE day_ms >= ? AND day_ms < ? ${among}
         ORDER BY day_ms, connection, product`,
        params,
      ) as readonly CostRow[];
      return rows.map(costOf);
    });
  }
}

function costOf(row: CostRow): DailyCost {
  return {
    connection: row.connection,
    product: row.product,
    dayMs: row.day_ms,
    statements: row.statements,
    toldStatements: row.told_statements,
    bytes: row.bytes,
    busyMs: row.busy_ms,
  };
}
