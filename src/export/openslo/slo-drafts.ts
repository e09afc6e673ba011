import type { SloWindow } from "../../core/mesh.ts";
import { formatDuration, parseDuration } from "../../time/duration.ts";
import { formatPercent } from "../../time/percent.ts";
import {
  type Annotations,
  parseChecks,
  parseExclusions,
  parseLabels,
  splitAnnotations,
} from "./annotations.ts";
import { type CheckDraft, foreignCheck, ownCheck } from "./checks.ts";
import type { BudgetingMethod, Indicator, Objective, SloDocument } from "./documents.ts";
import { nameFor } from "./drafts.ts";
import { formatShorthand } from "./durations.ts";
import { methods } from "./indicators.ts";
import { description } from "./names.ts";
import { shareOf } from "./targets.ts";
import { windowOf } from "./windows.ts";

/** One SLO of a product file, of one objective of a document. */
export interface SloDraft {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly checks: readonly CheckDraft[];
  /** What could not be carried, at the key that it belongs to or at the SLO. */
  readonly lost: readonly { readonly key: string | null; readonly text: string }[];
}

/**
 * The SLOs of a document: one for each objective, since an SLO of Tidemark has one. What Tidemark itself wrote into
 * annotations is taken from there, except where a key of OpenSLO says otherwise by now.
 */
export function sloDrafts(
  document: SloDocument,
  indicators: ReadonlyMap<string, Indicator>,
): readonly SloDraft[] {
  const { own, foreign } = splitAnnotations(document.metadata.annotations ?? {});
  const { objectives } = document.spec;
  const name = nameFor(own.slo ?? document.metadata.name);
  return objectives.map((objective, index) => {
    const suffix =
      objectives.length === 1 ? "" : `-${nameFor(objective.displayName ?? String(index + 1))}`;
    return sloDraft({ document, objective, own, foreign, name: `${name}${suffix}` }, indicators);
  });
}

interface Source {
  readonly document: SloDocument;
  readonly objective: Objective;
  readonly own: Annotations;
  readonly foreign: readonly string[];
  readonly name: string;
}

function sloDraft(source: Source, indicators: ReadonlyMap<string, Indicator>): SloDraft {
  const { document, objective, own, name } = source;
  const { ppm, isExact } = shareOf(objective);
  const { window, lost } = keptWindow(document, own);
  const { labels, joined } = labelsOf(document, own);
  const checks = checksOf(document, objective, own, indicators);
  const isOwnMethod = own.budgeting !== undefined && isMethodOf(own, document);
  const fields = {
    description: textOf(document, own),
    objective: formatPercent(ppm),
    window: windowKeys(window),
    budgeting: isOwnMethod ? own.budgeting : undefined,
    unknown: own.unknown,
    coverage_floor: own["coverage-floor"] === undefined ? undefined : Number(own["coverage-floor"]),
    since: own.since,
    alert: own.alert,
    labels: Object.keys(labels).length === 0 ? undefined : labels,
    checks: checks.map((check) => `${check.dataset}.${check.check}`),
    exclusions: own.exclusions === undefined ? undefined : parseExclusions(own.exclusions),
  };
  return {
    name,
    fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    checks,
    lost: [
      ...(own.slo === undefined ? foreignLosses(source) : []),
      ...(isOwnMethod ? [] : methodLosses(source)),
      ...policyLosses(document),
      ...(isExact ? [] : [inexact(objective)]),
      ...(ppm === 0 ? [{ key: "objective", text: "an objective of 0 promises nothing" }] : []),
      ...(lost === null ? [] : [{ key: "window", text: lost }]),
      ...joined.map((text) => ({ key: "labels", text })),
    ],
  };
}

function windowKeys(window: SloWindow): unknown {
  return window.kind === "rolling"
    ? formatDuration(window.lengthMs)
    : { calendar: window.period, timezone: window.timezone };
}

/** The length that Tidemark rounded away, unless the rounded one was changed since. */
function keptWindow(document: SloDocument, own: Annotations): ReturnType<typeof windowOf> {
  const [timeWindow] = document.spec.timeWindow;
  if (timeWindow === undefined) {
    throw new Error("an SLO that passed the rules has no window");
  }
  const exactMs = own.window === undefined ? null : parseDuration(own.window);
  return exactMs !== null &&
    timeWindow.isRolling &&
    formatShorthand(exactMs).text === timeWindow.duration
    ? { window: { kind: "rolling", lengthMs: exactMs }, lost: null }
    : windowOf(timeWindow);
}

function isMethodOf({ budgeting }: Annotations, document: SloDocument): boolean {
  return Object.entries(methods).some(
    ([unit, method]) => unit === budgeting && method === document.spec.budgetingMethod,
  );
}

/** The description that Tidemark cut, unless the cut one was changed since; else what there is to say. */
function textOf({ spec, metadata }: SloDocument, own: Annotations): string | undefined {
  const isCut = own.description !== undefined && description(own.description) === spec.description;
  return isCut
    ? own.description
    : (spec.description ?? (own.slo === undefined ? metadata.displayName : undefined));
}

function labelsOf(document: SloDocument, own: Annotations) {
  const labels: Record<string, string> = {};
  const joined: string[] = [];
  for (const [key, value] of Object.entries(document.metadata.labels ?? {})) {
    const [first, ...rest] = [value].flat();
    if (first === undefined || first === "") {
      joined.push(`the label \`${key}\`, which is empty`);
      continue;
    }
    labels[key] = [first, ...rest].join(",");
    if (rest.length > 0) {
      joined.push(`that \`${key}\` is a list: a label has one value, and they are joined`);
    }
  }
  const kept = own.labels === undefined ? {} : parseLabels(own.labels);
  return { labels: { ...labels, ...kept }, joined };
}

function checksOf(
  document: SloDocument,
  objective: Objective,
  own: Annotations,
  indicators: ReadonlyMap<string, Indicator>,
): readonly CheckDraft[] {
  const kept = own.checks === undefined ? [] : (parseChecks(own.checks) ?? []);
  if (kept.length > 0) {
    return kept.map(ownCheck);
  }
  const holder = objective.indicator ?? objective.indicatorRef;
  const given = holder ?? document.spec.indicator ?? document.spec.indicatorRef ?? "";
  const indicator = typeof given === "string" ? (indicators.get(given) ?? null) : given;
  // An indicator inside an SLO is named for that SLO alone.
  const name =
    typeof given === "string" ? given : `${document.metadata.name}-${given.metadata.name}`;
  return [foreignCheck(name, indicator, objective)];
}

function inexact({ target, targetPercent }: Objective) {
  const text = `the digits of ${target ?? targetPercent} behind a millionth: an objective has at most four decimals of a percent`;
  return { key: "objective", text };
}

/** Of somebody else's document: what Tidemark has no words for. */
function foreignLosses({ document, objective, foreign }: Source): SloDraft["lost"] {
  const { displayName } = document.metadata;
  const { compositeWeight } = objective;
  const title = document.spec.objectives.length === 1 ? objective.displayName : undefined;
  const isComposite = objective.indicator !== undefined || objective.indicatorRef !== undefined;
  const texts = [
    displayName === undefined || document.spec.description === undefined
      ? null
      : `the display name “${displayName}”`,
    title === undefined ? null : `the objective's display name “${title}”`,
    foreign.length === 0 ? null : `the annotations ${foreign.join(", ")}`,
    !isComposite
      ? null
      : `the composite: each objective is an SLO of its own${compositeWeight === undefined ? "" : `, and the weight ${compositeWeight} says nothing`}`,
  ];
  return texts.flatMap((text) => (text === null ? [] : [{ key: null, text }]));
}

/** Tidemark counts time to the millisecond, and events only of what it measures itself. */
function methodLosses({ document, objective }: Source): SloDraft["lost"] {
  const { timeSliceWindow, timeSliceTarget } = objective;
  const texts: Readonly<Record<BudgetingMethod, string | null>> = {
    RatioTimeslices: null,
    Timeslices: `slices of ${timeSliceWindow} that are good from ${timeSliceTarget} on: bad time counts as it is, and not in whole slices`,
    Occurrences:
      "that occurrences are counted: the source is not measured here, and the budget is counted in time",
  };
  const text = texts[document.spec.budgetingMethod];
  return text === null ? [] : [{ key: null, text }];
}

function policyLosses({ spec }: SloDocument): SloDraft["lost"] {
  return (spec.alertPolicies ?? []).map(({ name }) => ({
    key: null,
    text: `the alert policy \`${String(name)}\`: \`alert\` says how loudly an incident is told, and a team's \`notify\` to whom`,
  }));
}
