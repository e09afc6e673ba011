import type { z } from "zod";
import type { Problem } from "../core/errors.ts";
import type { Scenario, ScenarioCheck, ScenarioObservation } from "../slo/replay.ts";
import { notBuilt, refuseNotBuilt } from "./not-built.ts";
import { isFields, type Piece, readPiece } from "./piece.ts";
import { type Path, type Place, type Places, Report, type Spot } from "./problems.ts";
import {
  scenarioCheckFields,
  scenarioFields,
  scenarioSingleSloFields,
  scenarioSloFields,
} from "./scenario-file.ts";
import { YamlSource } from "./yaml-source.ts";

/**
 * Reads the input of `slo replay`, JSON or YAML, with every problem at once (`TM_REPLAY_INPUT`, or
 * `TM_NOT_SUPPORTED` for kinds and windows that are not built yet). The scenario is null when there is any.
 */
export function parseScenario(
  text: string,
  file: string,
): { readonly scenario: Scenario | null; readonly problems: readonly Problem[] } {
  const { value, places, problems } = read(text, file);
  if (problems.length > 0) {
    return { scenario: null, problems: problems.map(ofReplay) };
  }
  const report = new Report(places);
  const scenario = scenarioOf(value, report);
  const found = report.problems.map(ofReplay);
  return { scenario: found.length > 0 ? null : scenario, problems: found };
}

/** JSON first: a year of observations is quick to read as JSON, and YAML is read only to say where. */
function read(
  text: string,
  file: string,
): { readonly value: unknown; readonly places: Places; readonly problems: readonly Problem[] } {
  try {
    const value: unknown = JSON.parse(text);
    return { value, places: new LazyPlaces(file, text), problems: [] };
  } catch {
    const source = YamlSource.readNow(file, text);
    return { value: source.value, places: source, problems: source.problems };
  }
}

class LazyPlaces implements Places {
  readonly file: string;
  readonly #text: string;
  #source: YamlSource | null = null;

  constructor(file: string, text: string) {
    this.file = file;
    this.#text = text;
  }

  place(path: Path, spot: Spot): Place {
    this.#source ??= YamlSource.readNow(this.file, this.#text);
    return this.#source.place(path, spot);
  }
}

function ofReplay(problem: Problem): Problem {
  return problem.code === "TM_NOT_SUPPORTED" ? problem : { ...problem, code: "TM_REPLAY_INPUT" };
}

function scenarioOf(value: unknown, report: Report): Scenario | null {
  const given = isFields(value) ? value : {};
  const slo: unknown = given["slo"];
  const isSingle = given["checks"] === undefined;
  if (isSingle && isKindRefused(slo, report)) {
    return null;
  }
  const root = readPiece(scenarioFields, value, [], report, { notBuilt: notBuilt.scenario });
  if (slo === undefined) {
    return null;
  }
  checkForms(given, report);
  const options = { notBuilt: notBuilt.scenarioSlo };
  const { terms, checks } = isSingle
    ? single(readPiece(scenarioSingleSloFields, slo, ["slo"], report, options), root)
    : {
        terms: readPiece(scenarioSloFields, slo, ["slo"], report, options).whole,
        checks: severalOf(given["checks"], report),
      };
  if (root.whole === null || terms === null || checks === null) {
    return null;
  }
  return {
    objectivePpm: terms.objective,
    windowMs: terms.window,
    unknown: terms.unknown,
    coverageFloorPpm: Math.round(terms.coverage_floor * 1_000_000),
    sinceMs: terms.since ?? null,
    burnWindows: terms.burn_windows,
    forecastWindowMs: terms.forecast_window,
    nowMs: root.whole.now,
    checks,
    hasBlame: !isSingle,
  };
}

/** The other kinds have keys of their own, of which nothing is said. */
function isKindRefused(slo: unknown, report: Report): boolean {
  return (
    isFields(slo) && refuseNotBuilt(slo, notBuilt.scenarioKind, ["slo"], report).refused.size > 0
  );
}

function checkForms(given: Readonly<Record<string, unknown>>, report: Report): void {
  const hasObservations = given["observations"] !== undefined;
  const hasChecks = given["checks"] !== undefined;
  if (hasObservations === hasChecks) {
    const message = hasChecks
      ? "`observations` and `checks` exclude one another"
      : "`observations` are missing, or `checks` with observations of their own";
    report.error("TM_REPLAY_INPUT", hasChecks ? ["observations"] : [], message, { spot: "key" });
  }
}

type Observations = NonNullable<z.output<typeof scenarioFields>["observations"]>;

function single(
  { whole: terms }: Piece<z.output<typeof scenarioSingleSloFields>>,
  { known }: Piece<z.output<typeof scenarioFields>>,
): {
  readonly terms: z.output<typeof scenarioSloFields> | null;
  readonly checks: readonly ScenarioCheck[] | null;
} {
  if (terms === null) {
    return { terms, checks: null };
  }
  const { cadence, hold } = terms;
  const observations = observationsOf(known.observations ?? []);
  const check = { name: terms.kind, cadenceMs: cadence, holdMs: hold ?? null, observations };
  return { terms, checks: [check] };
}

function severalOf(value: unknown, report: Report): readonly ScenarioCheck[] | null {
  const checks: ScenarioCheck[] = [];
  const names = new Set<string>();
  let isWhole = true;
  for (const [index, item] of (Array.isArray(value) ? (value as unknown[]) : []).entries()) {
    const at = ["checks", index];
    const options = { notBuilt: notBuilt.scenarioCheck };
    const { whole } = readPiece(scenarioCheckFields, item, at, report, options);
    if (whole === null) {
      isWhole = false;
      continue;
    }
    const { name, cadence, hold } = whole;
    if (names.has(name)) {
      report.error("TM_REPLAY_INPUT", [...at, "name"], "`name` is given to two checks");
    }
    names.add(name);
    const observations = observationsOf(whole.observations);
    checks.push({ name, cadenceMs: cadence, holdMs: hold ?? null, observations });
  }
  return isWhole ? checks : null;
}

function observationsOf(observations: Observations): readonly ScenarioObservation[] {
  return observations.map(({ at, outcome, next_due }) => ({
    atMs: at,
    outcome,
    nextDueMs: next_due ?? null,
  }));
}
