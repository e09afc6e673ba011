/** Every kind of statement that checks and backtests send, spelled in a connector's dialect for one small table. */
import { registries, types } from "../../src/app/registries.ts";
import type { LastSeen } from "../../src/core/check.ts";
import type { ConnectorSpec, DatasetSource } from "../../src/core/connector.ts";
import type { Check, Dataset } from "../../src/core/mesh.ts";
import {
  type HistoryAsk,
  spellBuckets,
  spellLoadGaps,
  spellNewest,
} from "../../src/engine/backtest-query.ts";
import { planProbe } from "../../src/engine/plan.ts";
import { type Part, spellJoined, spellStatement } from "../../src/engine/spell.ts";

const hourMs = 3_600_000;
const noonMs = Date.parse("2026-01-15T12:00:00Z");
const seen: LastSeen = { atMs: noonMs - 4 * hourMs, newestMs: noonMs - 5 * hourMs };

/** Rows of `suite.loads`, as text that each column's type can be cast from. */
export const loads: readonly Readonly<Record<"id" | "loaded_at" | "noted_at" | "day", string>>[] = [
  {
    id: "1",
    loaded_at: "1969-12-31 23:59:59.5",
    noted_at: "1969-12-31 23:59:59.5",
    day: "1969-12-31",
  },
  {
    id: "2",
    loaded_at: "2026-01-14 11:59:59.999",
    noted_at: "2026-01-14 23:30:00",
    day: "2026-01-13",
  },
  { id: "3", loaded_at: "2026-01-15 07:00:00", noted_at: "2026-01-15 00:15:00", day: "2026-01-14" },
  {
    id: "4",
    loaded_at: "2026-01-15 09:30:00.123",
    noted_at: "2026-01-15 10:00:00",
    day: "2026-01-15",
  },
  { id: "5", loaded_at: "2026-01-15 11:00:00", noted_at: "2026-01-15 12:59:59", day: "2026-01-15" },
];

const table: DatasetSource = { kind: "table", parts: ["suite", "loads"] };

/** The checks of one probe, by type and keys. */
interface Probed {
  readonly name: string;
  readonly checks: readonly (readonly [type: string, keys: Readonly<Record<string, unknown>>])[];
  readonly last?: LastSeen;
  readonly dataset?: Partial<Dataset>;
}

const probes: readonly Probed[] = [
  ...["loaded_at", "noted_at", "day"].flatMap((column): readonly Probed[] => [
    { name: `freshness-of-${column}`, checks: [["freshness", { column, max_age: "1h" }]] },
    {
      name: `history-of-${column}`,
      checks: [["freshness", { column, max_age: "1h", history: "append_only" }]],
      last: seen,
    },
    {
      name: `delivery-by-${column}`,
      checks: [["freshness", { column, by: "07:00", timezone: "Europe/Berlin" }]],
    },
    {
      name: `rolling-window-of-${column}`,
      checks: [["volume", { column, window: "24h", min: 1 }]],
    },
    {
      name: `whole-day-of-${column}`,
      checks: [["volume", { column, window: "1d", complete: true, min: 1 }]],
    },
  ]),
  { name: "rows", checks: [["volume", { min: 1 }]] },
  {
    name: "rows-filtered",
    checks: [["volume", { min: 1 }]],
    dataset: { filter: "id > 1 -- real" },
  },
  {
    name: "checks-together",
    checks: [
      ["freshness", { column: "loaded_at", max_age: "1h", history: "append_only" }],
      ["volume", { column: "noted_at", window: "24h", min: 1 }],
      ["volume", { min: 1 }],
    ],
    last: seen,
    dataset: { filter: "id > 1" },
  },
  {
    name: "query",
    checks: [
      ["freshness", { column: "loaded_at", max_age: "1h" }],
      ["volume", { min: 1 }],
    ],
    dataset: { source: { kind: "query", sql: "select * from suite.loads where id < 5;" } },
  },
];

/** A statement and the name of its golden file. */
export interface PlannedQuery {
  readonly name: string;
  readonly sql: string;
}

export function plannedQueries(spec: ConnectorSpec): readonly PlannedQuery[] {
  return [
    ...probes.flatMap((probed) => probeQueries(probed, spec)),
    {
      name: "datasets-together",
      sql: spellJoined(
        probes.flatMap((one) => partsOf(one, spec)),
        spec,
      ),
    },
    ...backtestQueries(spec),
  ];
}

function probeQueries(probed: Probed, spec: ConnectorSpec): readonly PlannedQuery[] {
  return partsOf(probed, spec).map(({ dataset, figures }, index) => ({
    name: index === 0 ? probed.name : `${probed.name}-${index + 1}`,
    sql: spellStatement(dataset, figures, spec),
  }));
}

function partsOf(probed: Probed, spec: ConnectorSpec): readonly Part[] {
  const dataset = datasetOf(probed.dataset);
  const checks = probed.checks.map(([type, keys], index) => checkOf(`check${index}`, type, keys));
  const moment = { nowMs: noonMs, last: () => probed.last ?? null };
  const plan = planProbe(dataset, checks, spec, types, moment);
  return plan.statements.map((figures) => ({ dataset, figures }));
}

function backtestQueries({ dialect }: ConnectorSpec): readonly PlannedQuery[] {
  const ask: HistoryAsk = { dataset: datasetOf(), column: "loaded_at", dialect };
  const stretch = { fromMs: noonMs - 36 * hourMs, toMs: noonMs };
  const gaps = { sliceMs: 60_000, mostGaps: 100 };
  return [
    { name: "backtest-newest", sql: spellNewest(ask) },
    { name: "backtest-gaps", sql: spellLoadGaps(ask, stretch, gaps) },
    { name: "backtest-buckets", sql: spellBuckets(ask, stretch, hourMs) },
  ];
}

function datasetOf(given: Partial<Dataset> = {}): Dataset {
  return {
    id: "suite/loads",
    product: "suite",
    name: "loads",
    connection: "dwh",
    source: table,
    timezone: "Europe/Berlin",
    columns: new Map(),
    checkIds: [],
    ...given,
  };
}

function checkOf(name: string, type: string, keys: Readonly<Record<string, unknown>>): Check {
  const spec = registries.checkTypes.get(type);
  if (spec === undefined) {
    throw new Error(`there is no check type ${type}`);
  }
  return {
    id: `suite/loads/${name}`,
    product: "suite",
    datasetId: "suite/loads",
    name,
    type,
    dimension: spec.dimension,
    params: spec.params.parse(keys),
    severity: "fail",
    owner: "suite",
    schedule: { kind: "every", everyMs: hourMs },
    holdMs: null,
    sli: { kind: "state" },
    calendar: null,
    disabledReason: null,
    generation: name,
  };
}
