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

/** The output's keys that the vector speaks of. */
function only(output: object, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(output).filter(([key]) => keys.includes(key)));
}

describe("the vectors of the SLO arithmetic", () => {
  it("are all there", () => {
    expect(vectors.map(({ name }) => name).sort()).toEqual([
      "daemon-down",
      "denser-probing-changes-nothing",
      "errors-are-unknown",
      "errors-unknown-as-bad",
      "exact-decimals",
      "first-start",
      "rolling-forecast",
      "several-checks",
      "two-bad-hours",
      "weekday-schedule-holds-over-the-weekend",
    ]);
  });

  it.each(vectors)("hold for $name: $why", ({ scenario, expected }) => {
    const parsed = parseScenario(JSON.stringify(scenario), "scenario.json");
    expect(parsed.problems).toEqual([]);
    const output = parsed.scenario === null ? {} : replay(parsed.scenario);
    expect(only(output, Object.keys(expected))).toEqual(expected);
  });
});
