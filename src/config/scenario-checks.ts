import type { z } from "zod";
import type { Weekday } from "../core/calendar.ts";
import type { DeadlineSli } from "../core/sli.ts";
import type { RowCount } from "../slo/evidence.ts";
import {
  countedOnce,
  type Observed,
  type ObservedCheck,
  type ScenarioObservation,
} from "../slo/observed.ts";
import { parseTimeOfDay } from "../time/deadlines.ts";
import { weekdays } from "./daemon-file.ts";
import { isFields, type PieceOptions, readPiece } from "./piece.ts";
import type { Path, Report } from "./problems.ts";
import {
  deadlineSloFields,
  freshnessCheckFields,
  freshnessSloFields,
  type ObservationFields,
  rowsSloFields,
  type scenarioSloFields,
  stateCheckFields,
  stateSloFields,
} from "./scenario-file.ts";

/** The checks of a scenario, by what their SLO is counted in. Null where there was any problem. */
export interface ReadChecks {
  readonly terms: z.output<typeof scenarioSloFields> | null;
  readonly observed: Observed | null;
}

type Observations = readonly ObservationFields[];

const ofDeadline = { hint: "it belongs to `kind: deadline`" };
const ofTime = { hint: "it belongs to `kind: state` and `kind: freshness`" };

/** Keys of the other kinds. A kind that knows a key never asks. */
const otherKinds: PieceOptions = {
  elsewhere: {
    max_age: { hint: "it belongs to `kind: freshness`" },
    by: ofDeadline,
    opens: ofDeadline,
    timezone: ofDeadline,
    calendar: ofDeadline,
    hold: ofTime,
  },
};

const neverOpen =
  "a delivery opens at the beginning of its day, which is its deadline here: say with `opens` how long before";

/** The form with `kind` and `observations`. */
export function readSingle(slo: unknown, observations: Observations, report: Report): ReadChecks {
  switch (isFields(slo) ? slo["kind"] : undefined) {
    case "freshness": {
      const terms = readPiece(freshnessSloFields, slo, ["slo"], report, otherKinds).whole;
      const seen = observationsOf(observations, ["observations"], report);
      const check = terms && heldCheck("freshness", freshness(terms.max_age), terms, seen);
      return { terms, observed: check && { unit: "time", checks: [check] } };
    }
    case "deadline": {
      const terms = readPiece(deadlineSloFields, slo, ["slo"], report, otherKinds).whole;
      const seen = observationsOf(observations, ["observations"], report);
      if (terms !== null && terms.opens === undefined && parseTimeOfDay(terms.by) === 0) {
        report.error("TM_REPLAY_INPUT", ["slo", "by"], neverOpen);
      }
      const check = terms && { name: "deadline", sli: deadline(terms), observations: seen };
      return { terms, observed: check && { unit: "deliveries", checks: [check] } };
    }
    case "rows": {
      const terms = readPiece(rowsSloFields, slo, ["slo"], report, otherKinds).whole;
      return { terms, observed: { unit: "rows", counts: countsOf(observations, report) } };
    }
    default: {
      const terms = readPiece(stateSloFields, slo, ["slo"], report, otherKinds).whole;
      const seen = observationsOf(observations, ["observations"], report);
      const check = terms && heldCheck("state", { kind: "state" }, terms, seen);
      return { terms, observed: check && { unit: "time", checks: [check] } };
    }
  }
}

/** The form with `checks`, which are all over time. */
export function readSeveral(value: unknown, report: Report): Observed | null {
  const checks: ObservedCheck[] = [];
  const names = new Set<string>();
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  for (const [index, item] of items.entries()) {
    const at = ["checks", index];
    const check = isOfTime(item, at, report) ? readCheck(item, at, report) : null;
    if (check === null) {
      continue;
    }
    if (names.has(check.name)) {
      report.error("TM_REPLAY_INPUT", [...at, "name"], "`name` is given to two checks");
    }
    names.add(check.name);
    checks.push(check);
  }
  return checks.length === items.length ? { unit: "time", checks } : null;
}

function readCheck(item: unknown, at: Path, report: Report): ObservedCheck | null {
  const isFreshness = isFields(item) && item["kind"] === "freshness";
  if (isFreshness) {
    const { whole } = readPiece(freshnessCheckFields, item, at, report, otherKinds);
    const seen = observationsOf(whole?.observations ?? [], [...at, "observations"], report);
    return whole && heldCheck(whole.name, freshness(whole.max_age), whole, seen);
  }
  const { whole } = readPiece(stateCheckFields, item, at, report, otherKinds);
  const seen = observationsOf(whole?.observations ?? [], [...at, "observations"], report);
  return whole && heldCheck(whole.name, { kind: "state" }, whole, seen);
}

/** slo.md §1: an SLO is of one kind; deliveries and rows are not mixed with time. */
function isOfTime(item: unknown, at: Path, report: Report): boolean {
  const kind = isFields(item) ? item["kind"] : undefined;
  if (kind !== "deadline" && kind !== "rows") {
    return true;
  }
  const counted = kind === "deadline" ? "deliveries" : "rows";
  report.error(
    "TM_REPLAY_INPUT",
    [...at, "kind"],
    `\`kind: ${kind}\` counts ${counted}, which have no common budget with the time of other checks`,
    {
      hint: `split the SLO in two: one over the checks of kind state and freshness, and one with \`kind: ${kind}\` and \`observations\` of its own`,
    },
  );
  return false;
}

function heldCheck(
  name: string,
  sli: ObservedCheck["sli"],
  { cadence, hold }: { readonly cadence: number; readonly hold?: number | undefined },
  observations: readonly ScenarioObservation[],
): ObservedCheck {
  return { name, sli, cadenceMs: cadence, holdMs: hold ?? null, observations };
}

function freshness(maxAgeMs: number): ObservedCheck["sli"] {
  return { kind: "freshness", maxAgeMs, time: "load", visibilityDelayMs: 0 };
}

function deadline(terms: z.output<typeof deadlineSloFields>): DeadlineSli {
  const { by, timezone, calendar, opens } = terms;
  return {
    kind: "deadline",
    by,
    timezone,
    calendar:
      calendar === undefined
        ? null
        : {
            name: "",
            timezone,
            days: new Set(calendar.days.map((day) => (weekdays.indexOf(day) + 1) as Weekday)),
            holidays: new Set(calendar.holidays),
            validUntil: null,
          },
    opensMs: opens ?? null,
  };
}

function observationsOf(
  observations: Observations,
  at: Path,
  report: Report,
): readonly ScenarioObservation[] {
  return observations.map(({ outcome, newest, loads, ...rest }, index) => {
    for (const key of ["good", "total"] as const) {
      if (rest[key] !== undefined) {
        const message = `\`${key}\` belongs to \`kind: rows\``;
        report.error("TM_REPLAY_INPUT", [...at, index, key], message, { spot: "key" });
      }
    }
    if (newest === undefined && loads !== undefined && loads.length > 0) {
      const message = "`loads` without `newest`: the newest load is one of them";
      report.error("TM_REPLAY_INPUT", [...at, index, "loads"], message, { spot: "key" });
    }
    return {
      atMs: rest.at,
      outcome,
      nextDueMs: rest.next_due ?? null,
      newestMs: newest ?? null,
      loadsMs: loads ?? null,
    };
  });
}

/** Where nothing could be counted there is no count. */
function countsOf(observations: Observations, report: Report): readonly RowCount[] {
  const counts = observations.flatMap(({ at, outcome, good, total }, index) => {
    if (outcome === "error" || outcome === "skip") {
      return [];
    }
    const place = ["observations", index];
    if (good === undefined || total === undefined) {
      const key = good === undefined ? "good" : "total";
      report.error("TM_REPLAY_INPUT", place, `\`${key}\` is missing, which \`kind: rows\` counts`);
      return [];
    }
    if (good > total) {
      report.error("TM_REPLAY_INPUT", [...place, "good"], "`good` must be at most `total`");
    }
    return [{ atMs: at, good, total }];
  });
  if (!Number.isSafeInteger(countedOnce(counts).reduce((sum, { total }) => sum + total, 0))) {
    const message = "`observations` count more rows than can be summed exactly";
    report.error("TM_REPLAY_INPUT", ["observations"], message, { spot: "key" });
  }
  return counts;
}
