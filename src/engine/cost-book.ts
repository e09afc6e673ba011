/**
 * The cost book: what looking costs, and how much may still be scanned today.
 *
 * A cost is pending → being written → kept. What is pending is written in the transaction of the next results, so that
 * it is counted once: a transaction that fails gives it back, and a process that dies before has counted nothing. Bytes
 * count towards a budget from the moment they are known.
 */

import { formatBytes } from "../core/bytes.ts";
import type { ByteBudget, DailyCost } from "../core/cost.ts";
import type { MeasurementFailure } from "../core/measurement.ts";
import type { Mesh } from "../core/mesh.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { utcDayMs } from "../time/utc-day.ts";

/** Whom a statement is sent for, and when. */
export interface Spender {
  readonly connection: string;
  readonly product: string;
  /** The midnight, in UTC, that the day of the statement begins with. */
  readonly dayMs: EpochMs;
}

/** What may have a budget. */
export type Bounded = Pick<Mesh, "connections" | "products">;

export class CostBook {
  #budgets: ReadonlyMap<string, ByteBudget> = new Map();
  #pending: DailyCost[] = [];
  #writing: readonly DailyCost[] = [];
  /** Bytes by day, then by budget: kept, being written and pending. */
  #spent = new Map<EpochMs, Map<string, number>>();
  /** Estimates of statements that are under way, by day and budget. */
  readonly #reserved = new Map<EpochMs, Map<string, number>>();

  /** The budgets of a mesh take the place of those before; what was spent stays spent. */
  takeBudgets(bounded: Bounded): void {
    this.#budgets = byteBudgetsOf(bounded);
  }

  /** True when there is a budget to be kept to, so that an estimate is worth its while. */
  isBounded({ connection, product }: Spender): boolean {
    return keysOf(connection, product).some((key) => this.#budgets.has(key));
  }

  /**
   * Why a statement must not be sent: a budget is spent, or has less left than the statement would scan. Null when it
   * may be.
   */
  refusalOf(spender: Spender, estimatedBytes: number | null): MeasurementFailure | null {
    for (const key of keysOf(spender.connection, spender.product)) {
      const budget = this.#budgets.get(key);
      const spent = this.#spent.get(spender.dayMs)?.get(key) ?? 0;
      const reserved = this.#reserved.get(spender.dayMs)?.get(key) ?? 0;
      if (
        budget !== undefined &&
        spent + reserved + (estimatedBytes ?? 1) > budget.maxBytesPerDay
      ) {
        return refusal(budget, { spent, reserved, estimated: estimatedBytes });
      }
    }
    return null;
  }

  /** Sets an estimate aside until the function is called that this returns. */
  reserve({ connection, product, dayMs }: Spender, bytes: number): () => void {
    const change = (by: number): void => {
      for (const key of keysOf(connection, product)) {
        addTo(this.#reserved, dayMs, key, by);
      }
    };
    change(bytes);
    return () => change(-bytes);
  }

  add(costs: readonly DailyCost[]): void {
    this.#pending.push(...costs);
    this.#spend(costs);
  }

  /** What is to be written now; one write at a time, which ends with `written` or `notWritten`. */
  beginWriting(): readonly DailyCost[] {
    this.#writing = merged(this.#pending);
    this.#pending = [];
    return this.#writing;
  }

  written(): void {
    this.#writing = [];
  }

  notWritten(): void {
    this.#pending = [...this.#writing, ...this.#pending];
    this.#writing = [];
  }

  /** Takes over what is kept of today and yesterday, where other processes write as well. Not during a write. */
  takeKept(kept: readonly DailyCost[]): void {
    this.#spent = new Map();
    this.#spend(kept);
    this.#spend(this.#pending);
  }

  #spend(costs: readonly DailyCost[]): void {
    for (const { connection, product, dayMs, bytes } of costs) {
      for (const key of bytes === 0 ? [] : keysOf(connection, product)) {
        addTo(this.#spent, dayMs, key, bytes);
      }
    }
    const newestMs = Math.max(...this.#spent.keys());
    for (const dayMs of this.#spent.keys()) {
      // A statement of before midnight is counted after it.
      if (dayMs < newestMs - utcDayMs) {
        this.#spent.delete(dayMs);
      }
    }
  }
}

/** By key: `connection:dwh`, `product:orders`. */
export function byteBudgetsOf({ connections, products }: Bounded): ReadonlyMap<string, ByteBudget> {
  const scoped = [
    ...[...connections.values()].map((one) => ({ scope: "connection" as const, one })),
    ...[...products.values()].map((one) => ({ scope: "product" as const, one })),
  ];
  return new Map(
    scoped.flatMap(({ scope, one: { name, maxBytesPerDay } }) =>
      maxBytesPerDay === null ? [] : [[`${scope}:${name}`, { scope, name, maxBytesPerDay }]],
    ),
  );
}

function keysOf(connection: string, product: string): readonly string[] {
  return [`connection:${connection}`, `product:${product}`];
}

function addTo(
  days: Map<EpochMs, Map<string, number>>,
  dayMs: EpochMs,
  key: string,
  by: number,
): void {
  const day = days.get(dayMs) ?? new Map<string, number>();
  const sum = (day.get(key) ?? 0) + by;
  if (sum === 0) {
    day.delete(key);
  } else {
    day.set(key, sum);
  }
  if (day.size === 0) {
    days.delete(dayMs);
  } else {
    days.set(dayMs, day);
  }
}

/** One for each day, connection and product. */
function merged(costs: readonly DailyCost[]): readonly DailyCost[] {
  const groups = Map.groupBy(costs, ({ dayMs, connection, product }) =>
    [dayMs, connection, product].join(" "),
  );
  return [...groups.values()].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [rest.reduce(sumOf, first)],
  );
}

/** `a`, with what `b` of the same day, connection and product cost. */
function sumOf(a: DailyCost, b: DailyCost): DailyCost {
  return {
    ...a,
    statements: a.statements + b.statements,
    toldStatements: a.toldStatements + b.toldStatements,
    bytes: a.bytes + b.bytes,
    busyMs: a.busyMs + b.busyMs,
  };
}

interface Known {
  readonly spent: number;
  readonly reserved: number;
  readonly estimated: number | null;
}

/**
 * Whether a budget of bytes kept something from being measured. A warehouse's own limit, such as a cap on the bytes of
 * one query, is of the same kind, and no day ends it: it has a code of the warehouse's.
 */
export function isOfByteBudget(failure: MeasurementFailure | undefined): boolean {
  return failure?.kind === "budget" && /^(?:connection|product):/.test(failure.code ?? "");
}

function refusal(
  { scope, name, maxBytesPerDay }: ByteBudget,
  { spent, reserved, estimated }: Known,
): MeasurementFailure {
  const budget = `The ${scope} ${name} may scan ${formatBytes(maxBytesPerDay)} a day`;
  const underWay = reserved === 0 ? "" : ` and ${formatBytes(reserved)} are being scanned`;
  const today = `${formatBytes(spent)} were scanned today (UTC)${underWay}`;
  const isSpent = estimated === null || spent + reserved >= maxBytesPerDay;
  const would = isSpent ? "" : `, and the statement would scan ${formatBytes(estimated)}`;
  return {
    kind: "budget",
    message: `${budget}: ${today}${would}.`,
    hint: "It is measured again from 00:00 UTC on. Raise `max_bytes_per_day`, look less often, or read less with a `filter`.",
    code: `${scope}:${name}`,
  };
}
