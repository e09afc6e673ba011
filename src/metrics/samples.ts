import { alertLevels } from "../core/vocabulary.ts";
import type { metrics } from "./names.ts";
import { errorRatioWindows } from "./names.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

/** One series: label values in the order of the definition, and the value. */
export interface Sample {
  readonly labels: readonly unknown[];
  /** Anything but a finite number is unknown, and the series absent. */
  readonly value: unknown;
}

/** What the operating system knows of the daemon. */
export interface ProcessFigures {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly startedMs: number;
}

/** What the daemon knows of itself. */
export interface DaemonFacts {
  readonly version: string;
  readonly node: string;
  readonly isReloadSuccessful: boolean | null;
  readonly reloadSucceededMs: number | null;
  readonly process: ProcessFigures | null;
}

type Metrics = typeof metrics;

export type GaugeKey = {
  [K in keyof Metrics]: Metrics[K]["type"] extends "gauge" ? K : never;
}[keyof Metrics];

/** Of the figures that a check expects, those that a measured one can be drawn against. */
const isThreshold = /^(?:warn_)?(?:min|max)_/;

/** Called for a part of the snapshot that could not be read; the others are still shown. */
type OnBroken = (cause: unknown) => void;

type Sampler = (snapshot: MetricsSnapshot, onBroken: OnBroken) => Iterable<Sample>;

/** Figures of the daemon itself, which are known without a snapshot. */
export const daemonSamplers = {
  configReloadSuccessful: ({ isReloadSuccessful }) => [sample([], asNumber(isReloadSuccessful))],
  configReloadSuccess: ({ reloadSucceededMs }) => [sample([], seconds(reloadSucceededMs))],
  processCpu: ({ process }) => [sample([], process?.cpuSeconds)],
  processMemory: ({ process }) => [sample([], process?.residentBytes)],
  processStart: ({ process }) => [sample([], seconds(process?.startedMs ?? null))],
  buildInfo: ({ version, node }) => [sample([version, node], 1)],
} satisfies Partial<Record<keyof Metrics, (facts: DaemonFacts) => Iterable<Sample>>>;

/** How the series of each gauge follow from a snapshot. Lazy, so that the registry can take them in slices. */
export const snapshotSamplers: Readonly<
  Record<Exclude<GaugeKey, keyof typeof daemonSamplers>, Sampler>
> = {
  productInfo: (snapshot, onBroken) =>
    each(snapshot.products, onBroken, (of) => [
      sample([of.product, of.domain, of.owner, of.tier], 1),
    ]),
  productUpstreamInfo: (snapshot, onBroken) =>
    each(snapshot.products, onBroken, (of) =>
      of.upstream.map((upstream) => sample([of.product, upstream], 1)),
    ),
  checkInfo: (snapshot, onBroken) =>
    each(snapshot.checks, onBroken, (of) => [
      sample([of.product, of.dataset, of.check, of.type, of.severity], 1),
    ]),
  checkGood: (snapshot, onBroken) =>
    each(snapshot.checks, onBroken, (of) => [
      sample([of.product, of.dataset, of.check, of.type], asNumber(of.good)),
    ]),
  checkMeasured: (snapshot, onBroken) =>
    each(snapshot.checks, onBroken, (of) =>
      Object.entries(of.measured).map(([measure, value]) =>
        sample([of.product, of.dataset, of.check, measure], value),
      ),
    ),
  checkThreshold: (snapshot, onBroken) =>
    each(snapshot.checks, onBroken, (of) =>
      Object.entries(of.expected)
        .filter(([figure]) => isThreshold.test(figure))
        .map(([threshold, value]) => sample([of.product, of.dataset, of.check, threshold], value)),
    ),
  checkLastConclusive: (snapshot, onBroken) =>
    each(snapshot.checks, onBroken, (of) => [
      sample([of.product, of.dataset, of.check], seconds(of.lastConclusiveMs)),
    ]),
  sloInfo: (snapshot, onBroken) =>
    each(snapshot.slos, onBroken, (of) => [
      sample([of.product, of.slo, of.period, of.budgeting], 1),
    ]),
  sloObjective: (snapshot, onBroken) =>
    each(snapshot.slos, onBroken, (of) => [
      sample([of.product, of.slo], of.objectivePpm / 1_000_000),
    ]),
  sloSli: (snapshot, onBroken) =>
    each(snapshot.slos, onBroken, (of) => [sample([of.product, of.slo], of.sli)]),
  sloSliBound: (snapshot, onBroken) =>
    each(snapshot.slos, onBroken, (of) => [
      sample([of.product, of.slo, "upper"], of.sliBounds?.[1]),
      sample([of.product, of.slo, "lower"], of.sliBounds?.[0]),
    ]),
  sloCoverage: (snapshot, onBroken) =>
    each(snapshot.slos, onBroken, (of) => [sample([of.product, of.slo], of.coverage)]),
  sloBudgetRemaining: (snapshot, onBroken) =>
    each(snapshot.slos, onBroken, (of) => [
      sample([of.product, of.slo, "upper"], of.remaining.upper),
      sample([of.product, of.slo, "lower"], of.remaining.lower),
    ]),
  sloErrorRatio: (snapshot, onBroken) =>
    each(snapshot.slos, onBroken, (of) =>
      of.errorRatios.flatMap(({ windowMs, errorRatio }) => {
        const window = errorRatioWindows.find((known) => known.windowMs === windowMs);
        return window === undefined ? [] : [sample([of.product, of.slo, window.label], errorRatio)];
      }),
    ),
  incidentsOpen: openIncidents,
  deliveriesPending: (snapshot, onBroken) =>
    each(snapshot.deliveriesPending, onBroken, (of) => [sample([of.notifier], of.pending)]),
};

/** Fills up with zeros, unless a row could not be read: it may have said that something is open. */
function* openIncidents(snapshot: MetricsSnapshot, onBroken: OnBroken): Iterable<Sample> {
  let isWhole = true;
  const rows = each(
    snapshot.incidents,
    (cause) => {
      isWhole = false;
      onBroken(cause);
    },
    (of) => [sample([of.product, of.alert], of.open)],
  );
  yield* rows;
  if (isWhole) {
    yield* each(snapshot.products, onBroken, (of) =>
      alertLevels.map((alert) => sample([of.product, alert], 0)),
    );
  }
}

/** The samples of each item, in turn; an item that cannot be read is passed over. */
function* each<T>(
  items: Iterable<T>,
  onBroken: OnBroken,
  samplesOf: (item: T) => readonly Sample[],
): Iterable<Sample> {
  for (const item of items) {
    let samples: readonly Sample[] = [];
    try {
      samples = samplesOf(item);
    } catch (cause) {
      onBroken(cause);
    }
    yield* samples;
  }
}

function sample(labels: readonly unknown[], value: unknown): Sample {
  return { labels, value };
}

function asNumber(fact: boolean | null): number | null {
  return fact === null ? null : Number(fact);
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
