import type { Problem } from "../core/errors.ts";
import type { Scenario } from "../slo/replay.ts";
import { isFields, type PieceOptions, readPiece } from "./piece.ts";
import { type Path, type Place, type Places, Report, type Spot } from "./problems.ts";
import { readSeveral, readSingle } from "./scenario-checks.ts";
import { scenarioFields, scenarioSloFields } from "./scenario-file.ts";
import { YamlSource } from "./yaml-source.ts";

/**
 * Reads the input of `slo replay`, JSON or YAML, with every problem at once (`TM_REPLAY_INPUT`). The scenario is
 * null when there is any.
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
  return { ...problem, code: "TM_REPLAY_INPUT" };
}

const ofEachCheck = { hint: "with `checks`, each of them says its own" };

/** Keys of the form with `observations`. */
const severalSlo: PieceOptions = {
  elsewhere: Object.fromEntries(
    ["kind", "cadence", "hold", "max_age"].map((key) => [key, ofEachCheck]),
  ),
};

function scenarioOf(value: unknown, report: Report): Scenario | null {
  const given = isFields(value) ? value : {};
  const { slo, checks } = given;
  const root = readPiece(scenarioFields, value, [], report);
  if (slo === undefined) {
    return null;
  }
  checkForms(given, report);
  const { terms, observed } =
    checks === undefined
      ? readSingle(slo, root.known.observations ?? [], report)
      : {
          terms: readPiece(scenarioSloFields, slo, ["slo"], report, severalSlo).whole,
          observed: readSeveral(checks, report),
        };
  if (root.whole === null || terms === null || observed === null) {
    return null;
  }
  return {
    objectivePpm: terms.objective,
    window: terms.window,
    unknown: terms.unknown,
    coverageFloorPpm: Math.round(terms.coverage_floor * 1_000_000),
    sinceMs: terms.since ?? null,
    burnWindows: terms.burn_windows,
    forecastWindowMs: terms.forecast_window,
    nowMs: root.whole.now,
    observed,
    excluded: root.whole.exclusions.map(({ from, to, mode }) => ({ fromMs: from, toMs: to, mode })),
    hasBlame: checks !== undefined,
  };
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
