/** A small mesh with literal checks, and check types that ask for what a test says. */
import { z } from "zod";
import { duckdb } from "../../../connectors/duckdb/index.ts";
import { postgres } from "../../../connectors/postgres/index.ts";
import type { CheckTypeSpec, MetricRequest } from "../../../src/core/check.ts";
import type { Check, Dataset } from "../../../src/core/mesh.ts";
import { CheckTypes } from "../../../src/engine/check-types.ts";

export const rowStore = { dialect: postgres.dialect, capabilities: postgres.capabilities };
export const columnar = { dialect: duckdb.dialect, capabilities: duckdb.capabilities };

/** A check type whose plan is its parameter. */
const asking: CheckTypeSpec<{ requests: readonly MetricRequest[] }> = {
  name: "asking",
  dimension: "completeness",
  params: z.strictObject({ requests: z.custom<readonly MetricRequest[]>() }),
  problems: () => [],
  plan: ({ requests }) => requests,
  evaluate: ({ requests }, measured) => {
    for (const request of requests) {
      const answer =
        request.kind === "columns"
          ? measured.columns()
          : request.kind === "statistics"
            ? measured.statistics()
            : request.kind === "gaps"
              ? measured.gaps(request.id)
              : measured.aggregate(request.id);
      if (!answer.ok) {
        const { failure } = answer;
        return { outcome: "error", summary: failure.message, measured: {}, expected: {}, failure };
      }
    }
    return { outcome: "pass", summary: "All was measured.", measured: {}, expected: {} };
  },
};

/** A check type that throws wherever it is asked. */
const throwing: CheckTypeSpec = {
  name: "throwing",
  dimension: "completeness",
  params: z.strictObject({}),
  problems: () => [],
  plan: () => {
    throw new Error("a fault of this check type");
  },
  evaluate: () => {
    throw new Error("a fault of this check type");
  },
};

export const types = new CheckTypes(
  new Map<string, CheckTypeSpec>([
    ["asking", asking],
    ["throwing", throwing],
  ]),
);

export function datasetOf(given: Partial<Dataset> = {}): Dataset {
  return {
    id: "orders/orders",
    product: "orders",
    name: "orders",
    connection: "dwh",
    source: { kind: "table", parts: ["analytics", "orders"] },
    timezone: "UTC",
    columns: new Map(),
    checkIds: [],
    ...given,
  };
}

export function checkOf(name: string, requests: readonly MetricRequest[]): Check {
  return {
    id: `orders/orders/${name}`,
    product: "orders",
    datasetId: "orders/orders",
    name,
    type: "asking",
    dimension: "completeness",
    params: { requests },
    severity: "fail",
    owner: "checkout",
    schedule: { kind: "every", everyMs: 60_000 },
    holdMs: null,
    sli: { kind: "state" },
    calendar: null,
    disabledReason: null,
    generation: "g1",
  };
}
