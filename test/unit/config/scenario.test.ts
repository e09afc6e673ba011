import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatProblem } from "../../../src/config/problems.ts";
import { parseScenario } from "../../../src/config/scenario.ts";
import { replay } from "../../../src/slo/replay.ts";

interface Vector {
  readonly name: string;
  readonly scenario: object;
  readonly expected: Readonly<Record<string, unknown>>;
}

const { vectors } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../vectors/slo.json"), "utf8"),
) as { readonly vectors: readonly Vector[] };

describe("a scenario of the vectors is read and replayed as they say", () => {
  test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", (_name, vector) => {
    const { scenario, problems } = parseScenario(JSON.stringify(vector.scenario), "slo.json");

    expect(problems).toEqual([]);
    expect(scenario === null ? null : replay(scenario)).toMatchObject(vector.expected);
  });
});

const yaml = `slo:
  kind: state
  objective: 95%
  window: 24h
  cadence: 1h
  since: 2026-01-01T12:00:00Z
  coverage_floor: 0.8
  burn_windows: [1h, 60m]
now: 2026-01-02T00:00:00+01:00
observations:
  - { at: "2026-01-01T13:00:00Z", outcome: pass, next_due: "2026-01-01T15:00:00Z" }
  - { at: "2026-01-01T14:00:00Z", outcome: fail }
`;

test("a scenario may be YAML, with what is not said by its default", () => {
  expect(parseScenario(yaml, "slo.yaml")).toEqual({
    problems: [],
    scenario: {
      objectivePpm: 950_000,
      windowMs: 86_400_000,
      unknown: "ignore",
      coverageFloorPpm: 800_000,
      sinceMs: Date.UTC(2026, 0, 1, 12),
      burnWindows: [
        { text: "1h", ms: 3_600_000 },
        { text: "60m", ms: 3_600_000 },
      ],
      forecastWindowMs: 86_400_000,
      nowMs: Date.UTC(2026, 0, 1, 23),
      hasBlame: false,
      checks: [
        {
          name: "state",
          cadenceMs: 3_600_000,
          holdMs: null,
          observations: [
            {
              atMs: Date.UTC(2026, 0, 1, 13),
              outcome: "pass",
              nextDueMs: Date.UTC(2026, 0, 1, 15),
            },
            { atMs: Date.UTC(2026, 0, 1, 14), outcome: "fail", nextDueMs: null },
          ],
        },
      ],
    },
  });
});

const several = `slo: { objective: 95%, window: 24h }
now: 2026-01-02T00:00:00Z
checks:
  - name: fresh
    kind: freshness
    cadence: 1h
    max_age: 2h
    observations: [{ at: "2026-01-01T13:00:00Z", outcome: pass, newest: "2026-01-01T12:00:00Z", loads: [] }]
  - { name: whole, kind: state, cadence: 1h, hold: 2h, observations: [] }
`;

test("several checks are read as held states, freshness by its outcomes", () => {
  const { scenario } = parseScenario(several, "slo.yaml");

  expect(scenario?.hasBlame).toBe(true);
  expect(scenario?.checks.map(({ name, holdMs }) => [name, holdMs])).toEqual([
    ["fresh", null],
    ["whole", 7_200_000],
  ]);
});

function told(text: string): readonly string[] {
  const { scenario, problems } = parseScenario(text, "s");
  expect(scenario).toBeNull();
  return problems.map(formatProblem);
}

describe("a scenario is refused", () => {
  test.each([
    ["state", "freshness", "s:2:9: error TM_NOT_SUPPORTED: `kind: freshness` is not built yet"],
    ["state", "deadline", "s:2:9: error TM_NOT_SUPPORTED: `kind: deadline` is not built yet"],
    ["state", "rows", "s:2:9: error TM_NOT_SUPPORTED: `kind: rows` is not built yet"],
    [
      "state",
      "states",
      "s:2:9: error TM_REPLAY_INPUT: `kind` must be `state` (did you mean `state`?)",
    ],
    [
      "24h",
      "{ calendar: month }",
      "s:4:13: error TM_NOT_SUPPORTED: `window.calendar` is not built yet",
    ],
    ["95%", "0.95", "s:3:14: error TM_REPLAY_INPUT: `objective`: expected percent text"],
    [
      "cadence",
      "cadnce",
      "s:5:3: error TM_REPLAY_INPUT: `cadnce` is not a key that is known here (did you mean `cadence`?",
    ],
    [
      "outcome: fail",
      "outcome: bad",
      "s:12:44: error TM_REPLAY_INPUT: `outcome` must be `pass`, `warn`, `fail`, `error` or `skip`",
    ],
    [
      'at: "2026-01-01T14:00:00Z"',
      "at: yesterday",
      "s:12:11: error TM_REPLAY_INPUT: `at` must be an instant",
    ],
    ["now: 2026-01-02T00:00:00+01:00\n", "", "s:1:1: error TM_REPLAY_INPUT: `now` is missing"],
    [
      "now:",
      "exclusions: []\nnow:",
      "s:9:1: error TM_NOT_SUPPORTED: `exclusions` is not built yet",
    ],
    ["  cadence: 1h\n", "", "s:1:1: error TM_REPLAY_INPUT: `cadence` is missing"],
    ["slo:", "slo: [", "s:2:9: error TM_REPLAY_INPUT: "],
    ["0.8", "80", "s:7:19: error TM_REPLAY_INPUT: `coverage_floor` must be at most 1"],
  ])("with %j written as %j", (from, to, problem) => {
    expect(yaml).toContain(from);
    const [first] = told(yaml.replace(from, to));

    expect(first?.slice(0, problem.length)).toBe(problem);
  });

  test("with both forms, or neither", () => {
    expect(told(`${several}observations: []\n`)).toEqual([
      "s:10:1: error TM_REPLAY_INPUT: `observations` and `checks` exclude one another",
    ]);
    expect(
      told(
        "slo: { kind: state, objective: 95%, window: 1d, cadence: 1h }\nnow: 2026-01-02T00:00:00Z\n",
      ),
    ).toEqual([
      "s:1:1: error TM_REPLAY_INPUT: `observations` are missing, or `checks` with observations of their own",
    ]);
  });

  test("with a name given to two checks", () => {
    expect(told(several.replace("name: whole", "name: fresh"))).toEqual([
      "s:9:13: error TM_REPLAY_INPUT: `name` is given to two checks",
    ]);
  });

  test("as JSON, with the place in it", () => {
    expect(
      told('{\n  "slo": 1,\n  "now": "2026-01-02T00:00:00Z",\n  "observations": []\n}'),
    ).toEqual(["s:2:10: error TM_REPLAY_INPUT: `slo` must be a map of keys, not a number"]);
  });

  test("when it is text, a list or nothing", () => {
    expect(told("hello")).toEqual([
      "s:1:1: error TM_REPLAY_INPUT: the file must be a map of keys, not text",
    ]);
    expect(told("[]")).toEqual([
      "s:1:1: error TM_REPLAY_INPUT: the file must be a map of keys, not a list",
    ]);
    expect(told("")).toEqual(["s:1:1: error TM_REPLAY_INPUT: the file is empty"]);
  });
});

test("a year of observations every five minutes is read as JSON", () => {
  const observations = Array.from({ length: 105_120 }, (_, index) => ({
    at: new Date(Date.UTC(2026, 0, 1) + index * 300_000).toISOString(),
    outcome: "pass",
  }));
  const slo = { kind: "state", objective: "99%", window: "30d", cadence: "5m" };
  const text = JSON.stringify({ slo, now: "2027-01-01T00:00:00Z", observations });

  expect(parseScenario(text, "s").scenario?.checks[0]?.observations).toHaveLength(105_120);
});
