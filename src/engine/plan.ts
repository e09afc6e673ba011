/**
 * Planning: the metric requests of many checks on one dataset become the statements that read the least
 * data, and among those the fewest.
 */
import type { LastSeen, MetricRequest } from "../core/check.ts";
import { type Statistics, statisticsFieldsOf } from "../core/connector.ts";
import type { AggregateRequest } from "../core/measurement.ts";
import type { Check, Dataset } from "../core/mesh.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import type { CheckTypes } from "./check-types.ts";
import { type FigureRequest, maxFigures, type PlannedFigure, type PlanTarget } from "./figure.ts";
import { condition } from "./spell.ts";

export interface ProbePlan {
  readonly dataset: Dataset;
  /** In groups that become one statement each. */
  readonly statements: readonly (readonly PlannedFigure[])[];
  readonly needsColumns: boolean;
  /** Checks that ask for what the metadata say. */
  readonly ofMetadata: ReadonlySet<string>;
  /** Checks whose figures need not be read where the metadata show that no row has changed; none where they cannot. */
  readonly mayStand: ReadonlySet<string>;
  /** Check id → the id of its request → the figure. */
  readonly figures: ReadonlyMap<string, ReadonlyMap<string, PlannedFigure>>;
  /** Checks whose planning threw; a fault of the check type, never of its neighbours. */
  readonly broken: ReadonlyMap<string, unknown>;
}

/** When a probe is planned, and what was known by then. */
export interface ProbeMoment {
  /** The instant that windows end at. */
  readonly nowMs: EpochMs;
  readonly last: (checkId: string) => LastSeen | null;
  readonly partitions?: Statistics["partitions"];
}

export function planProbe(
  dataset: Dataset,
  checks: readonly Check[],
  target: PlanTarget,
  types: CheckTypes,
  { nowMs, last, partitions }: ProbeMoment,
): ProbePlan {
  const groups = new Map<string, Map<string, PlannedFigure>>();
  const figures = new Map<string, ReadonlyMap<string, PlannedFigure>>();
  const broken = new Map<string, unknown>();
  const mayStand = new Set<string>();
  const ofMetadata = new Set<string>();
  const { dialect } = target;
  const canStand = tellsChanges(dataset, target);
  let needsColumns = false;
  let planned = 0;
  for (const check of checks) {
    const { timezone } = dataset;
    const moment = { nowMs, calendar: check.calendar, last: last(check.id) };
    const context = { dialect, timezone, ...moment, ...(partitions && { partitions }) };
    try {
      const own = new Map<string, PlannedFigure>();
      const requests = types.of(check).plan(check.params, context);
      needsColumns ||= requests.some(({ kind }) => kind === "columns");
      if (requests.some(({ kind }) => kind === "statistics")) {
        ofMetadata.add(check.id);
      }
      if (canStand && requests.length > 0 && requests.every(isStandable)) {
        mayStand.add(check.id);
      }
      // What is narrowed gets a statement of its own, where its condition can stand behind WHERE.
      const within = requests.find(isNarrowed)?.within ?? "";
      const group = groups.get(within) ?? new Map<string, PlannedFigure>();
      groups.set(within, group);
      for (const request of requests.filter(isFigure)) {
        const spelled = narrowed(request);
        const key = figureKey(spelled.request);
        const figure = group.get(key) ?? { alias: `m${planned}`, ...spelled };
        planned += group.has(key) ? 0 : 1;
        group.set(key, figure);
        own.set(request.id, figure);
      }
      figures.set(check.id, own);
    } catch (error) {
      broken.set(check.id, error);
    }
  }
  return {
    dataset,
    statements: [...groups.values()].flatMap((group) => chunk([...group.values()])),
    needsColumns,
    ofMetadata,
    mayStand,
    figures,
    broken,
  };
}

/** The names of the checks that ask for any of the figures, in the order of the plan. */
export function checksOf(
  plan: Pick<ProbePlan, "figures">,
  figures: readonly PlannedFigure[],
): readonly string[] {
  const asked = new Set(figures.map(({ alias }) => alias));
  return [...plan.figures]
    .filter(([, own]) => [...own.values()].some(({ alias }) => asked.has(alias)))
    .map(([checkId]) => checkId.slice(checkId.lastIndexOf("/") + 1));
}

/**
 * Whether the metadata can show that an answer still stands. With a filter they cannot: one that looks at the clock or
 * at another table lets rows in and out while none changes.
 */
function tellsChanges({ filter, source }: Dataset, target: PlanTarget): boolean {
  return filter === undefined && statisticsFieldsOf(target, source).includes("lastChange");
}

function isFigure(request: MetricRequest): request is FigureRequest {
  return request.kind === "aggregate" || request.kind === "gaps";
}

function isStandable(request: MetricRequest): boolean {
  return isFigure(request) && request.mayStand === true;
}

function isNarrowed(
  request: MetricRequest,
): request is AggregateRequest & { readonly within: string } {
  return request.kind === "aggregate" && request.within !== undefined;
}

function narrowed(request: FigureRequest): Pick<PlannedFigure, "request" | "whole"> {
  if (!isNarrowed(request)) {
    return { request };
  }
  const { within, ...whole } = request;
  return { request: { ...whole, filter: both(whole.filter, within) }, whole };
}

function both(filter: string | undefined, within: string): string {
  return filter === undefined ? within : condition(filter, within);
}

/** Equal for requests that have the same answer. */
export function figureKey(request: FigureRequest): string {
  return JSON.stringify(
    request.kind === "gaps"
      ? [request.kind, request.of, request.filter, request.longerThanMs, request.maxGaps]
      : [request.fn, request.of, request.filter],
  );
}

function chunk(figures: readonly PlannedFigure[]): readonly (readonly PlannedFigure[])[] {
  const chunks: PlannedFigure[][] = [];
  for (let start = 0; start < figures.length; start += maxFigures) {
    chunks.push(figures.slice(start, start + maxFigures));
  }
  return chunks;
}
