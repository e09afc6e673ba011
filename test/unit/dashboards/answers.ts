import type { Answer } from "../../helpers/grafana.ts";
import { panels } from "./committed.ts";

/** Literal answers to the queries of the committed panels, and the colours of states. */

const nowMs = 1_760_000_000_000;
const minuteMs = 60_000;
export const [broken, atRisk, kept, grey] = ["#D55E00", "#E69F00", "#009E73", "#B0B0B0"];

export type Labels = Readonly<Record<string, string>>;

export function one(value: number, labels: Labels = {}): Answer {
  return { labels, points: [[nowMs, value]] };
}

/** A series that goes by minutes; null is a scrape in which it was absent. */
export function over(values: readonly (number | null)[], labels: Labels = {}): Answer {
  return {
    labels,
    points: values.flatMap((value, index) =>
      value === null ? [] : [[nowMs + index * minuteMs, value] as const],
    ),
  };
}

export function panelOf(where: string) {
  const found = panels.find((panel) => panel.where === where);
  if (found === undefined) {
    throw new RangeError(`there is no panel ${where}`);
  }
  return found;
}

export const ofType = (type: string) => panels.filter((panel) => panel.type === type);
