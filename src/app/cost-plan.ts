import type { Clock } from "../core/clock.ts";
import { ConnectorError, type ConnectorSpec, type Statistics } from "../core/connector.ts";
import type { Logger } from "../core/logger.ts";
import type { MeasurementFailure } from "../core/measurement.ts";
import type { Check, Dataset, Mesh, Probe } from "../core/mesh.ts";
import type { DurationMs } from "../core/vocabulary.ts";
import { type Awake, awakeOf, runsPerDay } from "../engine/cost-plan.ts";
import { failureOf } from "../engine/measure.ts";
import { planProbe } from "../engine/plan.ts";
import { selectChecks } from "../engine/select.ts";
import { spellStatement } from "../engine/spell.ts";
import { refOf, type Warehouse, Warehouses } from "../engine/warehouses.ts";
import { scheduleKey } from "../time/schedule.ts";
import { utcDayMs, utcDayOf } from "../time/utc-day.ts";
import { withCosts } from "./command-costs.ts";
import { newId } from "./ids.ts";
import { registries, types } from "./registries.ts";

export interface CostPlanOptions {
  readonly selectors: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** The built-in ones unless said. */
  readonly specs?: ReadonlyMap<string, ConnectorSpec>;
}

/** What bytes are known from: a dry run of the statements, or the size of the table, which they read at most. */
export type Basis = "dry_run" | "table_size";

/** What the checks of one dataset with one schedule are estimated to cost on a day. */
export interface ProbeEstimate {
  readonly dataset: string;
  readonly product: string;
  readonly connection: string;
  readonly checkIds: readonly string[];
  readonly schedule: string;
  readonly runsPerDay: number;
  readonly statements: number;
  /** Whether a run needs a warehouse that can be asleep: for statements and for statistics, but for no catalogue. */
  readonly wakes: boolean;
  /** Null: not known. */
  readonly bytesPerRun: number | null;
  readonly basis: Basis | null;
  /** Checks that read nothing while the metadata show that no row has changed, so that it may be less. */
  readonly mayStand: readonly string[];
  /** Why the warehouse did not say. */
  readonly failure: MeasurementFailure | null;
}

export interface Total {
  readonly name: string;
  /** Of what is known; null where nothing is. */
  readonly bytesPerDay: number | null;
  /** Probes whose bytes are not known. */
  readonly notKnown: number;
}

export interface ConnectionTotal extends Total {
  /** Null where being awake costs nothing. */
  readonly awake: (Awake & { readonly autoSuspendMs: DurationMs }) | null;
}

export interface CostPlan {
  readonly probes: readonly ProbeEstimate[];
  readonly products: readonly Total[];
  readonly connections: readonly ConnectionTotal[];
}

/** What is assumed of a warehouse that bills the time that it is awake: the shortest that Snowflake bills. */
const autoSuspendMs: DurationMs = 60_000;

/**
 * What the schedules of the selected checks are estimated to cost on an average day. Connects, to ask for dry runs and
 * metadata, which is counted; runs no statement of a check. What a warehouse does not say is not known, which is neither
 * nothing nor an error.
 */
export async function planCost(mesh: Mesh, options: CostPlanOptions): Promise<CostPlan> {
  const { clock, logger, specs = registries.connectors } = options;
  const selected = new Set(selectChecks(mesh, options.selectors).map(({ id }) => id));
  const warehouses = new Warehouses({ specs, clock, logger, onStatement: () => {} });
  const cancel = (): void => warehouses.cancel();
  options.signal.addEventListener("abort", cancel);
  try {
    await warehouses.reload(mesh);
    const asked = [...mesh.probes.values()].flatMap((probe) => {
      const checks = probe.checkIds
        .filter((id) => selected.has(id))
        .flatMap((id) => mesh.checks.get(id) ?? []);
      const dataset = mesh.datasets.get(probe.datasetId);
      return dataset === undefined || checks.length === 0 ? [] : [{ probe, checks, dataset }];
    });
    const probes = await withCosts(mesh, warehouses.costs, { logger, nowMs: clock.now() }, () =>
      Promise.all(
        asked.map((one) => estimateOf(one, warehouses.of(one.probe.connection), options)),
      ),
    );
    const tomorrowMs = utcDayOf(clock.now()) + utcDayMs;
    const waking = asked.filter((_, index) => probes[index]?.wakes === true);
    const byConnection = Map.groupBy(waking, ({ probe }) => probe.connection);
    return {
      probes,
      products: totalsOf(probes, ({ product }) => product),
      connections: totalsOf(probes, ({ connection }) => connection).map((total) => {
        const { billsWakeTime } = warehouses.of(total.name).target.capabilities;
        const due = (byConnection.get(total.name) ?? []).map(({ probe }) => probe);
        const awake = billsWakeTime
          ? { ...awakeOf(due, autoSuspendMs, tomorrowMs), autoSuspendMs }
          : null;
        return { ...total, awake };
      }),
    };
  } finally {
    options.signal.removeEventListener("abort", cancel);
    await warehouses[Symbol.asyncDispose]();
  }
}

interface Asked {
  readonly probe: Probe;
  readonly checks: readonly Check[];
  readonly dataset: Dataset;
}

async function estimateOf(
  { probe, checks, dataset }: Asked,
  warehouse: Warehouse,
  options: CostPlanOptions,
): Promise<ProbeEstimate> {
  const nowMs = options.clock.now();
  const asked = await warehouse.metadata.statisticsOf(refOf(dataset));
  const statistics: Statistics = asked.ok ? asked.value : {};
  const { partitions } = statistics;
  const moment = { nowMs, last: () => null, ...(partitions && { partitions }) };
  const plan = planProbe(dataset, checks, warehouse.target, types, moment);
  const statements = plan.statements.map((group) =>
    spellStatement(dataset, group, warehouse.target),
  );
  const read = await bytesOf(statements, dataset, statistics, warehouse, options);
  return {
    dataset: dataset.id,
    product: dataset.product,
    connection: probe.connection,
    checkIds: checks.map(({ id }) => id),
    schedule: scheduleKey(probe.schedule),
    runsPerDay: runsPerDay(probe, utcDayOf(nowMs) + utcDayMs),
    statements: statements.length,
    wakes: statements.length + plan.ofMetadata.size > 0,
    ...read,
    mayStand: [...plan.mayStand],
    failure: read.failure ?? (asked.ok || read.bytesPerRun !== null ? null : asked.failure),
  };
}

async function bytesOf(
  statements: readonly string[],
  dataset: Dataset,
  statistics: Statistics,
  { connector, definition, gate }: Warehouse,
  { signal, logger }: CostPlanOptions,
): Promise<Pick<ProbeEstimate, "bytesPerRun" | "basis" | "failure">> {
  if (statements.length === 0) {
    return { bytesPerRun: 0, basis: null, failure: null };
  }
  const estimate = connector.estimate?.bind(connector);
  if (estimate === undefined) {
    const { bytes } = statistics;
    return bytes === undefined
      ? { bytesPerRun: null, basis: null, failure: null }
      : { bytesPerRun: bytes * statements.length, basis: "table_size", failure: null };
  }
  const { id, product, timezone } = dataset;
  const timeoutMs = definition.statementTimeoutMs;
  try {
    const estimates = await Promise.all(
      statements.map((sql) => {
        const label = `${id.slice(0, 80)} estimate ${newId()}`;
        return gate(() =>
          estimate(sql, { signal, timeoutMs, label, products: [product], timezone }),
        );
      }),
    );
    const bytesPerRun = estimates.reduce((sum, { bytes }) => sum + bytes, 0);
    return { bytesPerRun, basis: "dry_run", failure: null };
  } catch (error) {
    if (!(error instanceof ConnectorError)) {
      throw error;
    }
    return { bytesPerRun: null, basis: null, failure: failureOf(error, logger) };
  }
}

function totalsOf(
  probes: readonly ProbeEstimate[],
  nameOf: (probe: ProbeEstimate) => string,
): readonly Total[] {
  return [...Map.groupBy(probes, nameOf)].map(([name, own]) => {
    const known = own.flatMap(({ bytesPerRun, runsPerDay: runs }) =>
      bytesPerRun === null ? [] : [bytesPerRun * runs],
    );
    return {
      name,
      bytesPerDay: known.length === 0 ? null : known.reduce((sum, bytes) => sum + bytes, 0),
      notKnown: own.length - known.length,
    };
  });
}
