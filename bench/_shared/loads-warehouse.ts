import { duckdb } from "../../connectors/duckdb/index.ts";
import {
  type ConnectorSpec,
  type DatasetSource,
  type Statistics,
  statisticsFieldsOf,
} from "../../src/core/connector.ts";
import type { SqlValue } from "../../src/core/value.ts";
import type { DurationMs, EpochMs } from "../../src/core/vocabulary.ts";
import { MemoryWarehouse } from "../../test/integration/engine/memory-warehouse.ts";

const dayMs: DurationMs = 86_400_000;
/** Of a column of instants, as BigQuery counts it. */
const bytesPerValue = 8;

export interface LoadedTables {
  /** When each table is loaded, in order, by `schema.table`; each load appends as many rows. */
  readonly loads: ReadonlyMap<string, readonly EpochMs[]>;
  readonly rowsPerLoad: number;
  /** Bytes as BigQuery, whose metadata are free; or the time awake as Snowflake, which metadata wake as well. */
  readonly bills: "bytes" | "wake time";
  /** By the days of the load time; else a statement scans the whole column. */
  readonly isPartitioned: boolean;
}

/** What a statement scanned, and when. */
export interface Scan {
  readonly atMs: EpochMs;
  readonly bytes: number;
}

/** Tables that are loaded while a clock runs, in a warehouse that bills for looking at them. */
export class LoadsWarehouse {
  readonly scans: Scan[] = [];
  readonly metadataReadsMs: EpochMs[] = [];
  readonly #tables: LoadedTables;

  constructor(tables: LoadedTables) {
    this.#tables = tables;
  }

  specs(): ReadonlyMap<string, ConnectorSpec> {
    const memory = new MemoryWarehouse();
    const base = memory.specs().get("duckdb") ?? duckdb;
    const isByBytes = this.#tables.bills === "bytes";
    const spec: ConnectorSpec = {
      ...base,
      capabilities: { ...base.capabilities, billsWakeTime: !isByBytes, reportsBytes: isByBytes },
      dialect: { ...base.dialect, relation: (source) => `t /* ${nameOf(source)} */` },
      statisticsOf: (source) => statisticsFieldsOf(base, source),
      create: (config, context) => {
        const real = base.create(config, context);
        const { clock } = context;
        return {
          testConnection: (options) => real.testConnection(options),
          describe: (datasets, options) => real.describe(datasets, options),
          query: async (sql, options) => {
            const atMs = clock.now();
            const row: SqlValue[] = [];
            let bytes = 0;
            // A statement may ask for several tables at once.
            for (const part of selectsOf(sql)) {
              memory.rowsMs = this.#loadedBy(tableOf(part), atMs);
              bytes += this.#bytesOf(part, memory.rowsMs);
              const { rows } = await real.query(part, options);
              row.push(...(rows[0] ?? []));
            }
            this.scans.push({ atMs, bytes });
            const columns = row.map((_, at) => `m${at}`);
            return { columns, rows: [row], isTruncated: false, bytesScanned: bytes };
          },
          statistics: async (datasets) => {
            const atMs = clock.now();
            this.metadataReadsMs.push(atMs);
            return datasets.map(({ id, source }) => {
              const value = this.#statisticsOf(nameOf(source), atMs);
              return { datasetId: id, statistics: { ok: true, value, atMs } };
            });
          },
          [Symbol.asyncDispose]: () => real[Symbol.asyncDispose](),
        };
      },
    };
    return new Map([["duckdb", spec]]);
  }

  #loadedBy(table: string, atMs: EpochMs): readonly EpochMs[] {
    const loads = this.#tables.loads.get(table);
    if (loads === undefined) {
      throw new Error(`there is no table ${table}`);
    }
    return loads.filter((ms) => ms <= atMs);
  }

  #statisticsOf(table: string, atMs: EpochMs): Statistics {
    const lastChangeMs = this.#loadedBy(table, atMs).at(-1) ?? 0;
    const partitions = { column: "loaded_at", newestFromMs: dayOf(lastChangeMs) };
    return { lastChangeMs, ...(this.#tables.isPartitioned ? { partitions } : {}) };
  }

  /** Of partitions those are read that the condition behind FROM lets in. */
  #bytesOf(sql: string, rowsMs: readonly EpochMs[]): number {
    const [, condition = ""] = sql.split(" from t");
    const bounds = [...condition.matchAll(/>=? (-?\d+)/gu)].map(([, text]) => Number(text));
    const fromMs =
      this.#tables.isPartitioned && bounds.length > 0
        ? dayOf(Math.max(...bounds))
        : Number.NEGATIVE_INFINITY;
    const loads = rowsMs.filter((ms) => ms >= fromMs).length;
    return loads * this.#tables.rowsPerLoad * bytesPerValue;
  }
}

/** Each SELECT of figures in a statement. */
function selectsOf(sql: string): readonly string[] {
  return sql.split(/(?=select @)/u).filter((part) => part.startsWith("select @"));
}

function tableOf(select: string): string {
  return /\/\* (\S+) \*\//u.exec(select)?.[1] ?? "";
}

function nameOf(source: DatasetSource): string {
  return source.kind === "table" ? source.parts.join(".") : "";
}

function dayOf(ms: EpochMs): EpochMs {
  return Math.floor(ms / dayMs) * dayMs;
}
