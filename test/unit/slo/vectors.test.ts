import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseScenario } from "../../../src/config/scenario.ts";
import { replay } from "../../../src/slo/replay.ts";

const file = z.object({
  vectors: z.array(
    z.object({
      name: z.string(),
      why: z.string(),
      scenario: z.unknown(),
      expected: z.record(z.string(), z.unknown()),
    }),
  ),
});

const text = await readFile(new URL("../../vectors/slo.json", import.meta.url), "utf8");
const { vectors } = file.parse(JSON.parse(text));

describe("the vectors of the SLO arithmetic", () => {
  it("are all there", () => {
    expect(vectors.map(({ name }) => name).sort()).toEqual([
      "calendar-april-lord-howe",
      "calendar-month-dst",
      "daemon-down",
      "daily-deadlines",
      "denser-probing-changes-nothing",
      "empty-dataset",
      "errors-are-unknown",
      "errors-unknown-as-bad",
      "exact-decimals",
      "exclusion-good",
      "exclusion-remove",
      "first-start",
      "freshness-age-equals-limit",
      "freshness-daemon-down-history-heals",
      "freshness-daemon-down-unknown",
      "freshness-frequent-loads-hourly-probes",
      "freshness-from-load-history",
      "freshness-without-history",
      "late-commit-sight-outranks-stamps",
      "late-load-does-not-pay-for-the-next-day",
      "rollback",
      "rolling-forecast",
      "rows",
      "several-checks",
      "two-bad-hours",
      "weekday-schedule-holds-over-the-weekend",
    ]);
  });

  it.each(vectors)("hold for $name: $why", ({ scenario, expected }) => {
    const parsed = parseScenario(JSON.stringify(scenario), "scenario.json");
    expect(parsed.problems).toEqual([]);
    // A vector may speak of some keys of `budget` only.
    expect(parsed.scenario === null ? null : replay(parsed.scenario)).toMatchObject(expected);
  });
});
