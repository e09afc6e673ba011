import { describe, expect, test } from "vitest";
import { formatProblem } from "../../../src/config/problems.ts";
import { parseScenario } from "../../../src/config/scenario.ts";

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
      window: { kind: "rolling", lengthMs: 86_400_000 },
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
      excluded: [],
      observed: {
        unit: "time",
        checks: [
          {
            name: "state",
            sli: { kind: "state" },
            cadenceMs: 3_600_000,
            holdMs: null,
            observations: [
              {
                atMs: Date.UTC(2026, 0, 1, 13),
                outcome: "pass",
                nextDueMs: Date.UTC(2026, 0, 1, 15),
                newestMs: null,
                loadsMs: null,
              },
              {
                atMs: Date.UTC(2026, 0, 1, 14),
                outcome: "fail",
                nextDueMs: null,
                newestMs: null,
                loadsMs: null,
              },
            ],
          },
        ],
      },
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

test("several checks are read each by its kind", () => {
  const { scenario } = parseScenario(several, "slo.yaml");

  expect(scenario?.hasBlame).toBe(true);
  expect(scenario?.observed).toEqual({
    unit: "time",
    checks: [
      {
        name: "fresh",
        sli: { kind: "freshness", maxAgeMs: 7_200_000, time: "load", visibilityDelayMs: 0 },
        cadenceMs: 3_600_000,
        holdMs: null,
        observations: [
          {
            atMs: Date.UTC(2026, 0, 1, 13),
            outcome: "pass",
            nextDueMs: null,
            newestMs: Date.UTC(2026, 0, 1, 12),
            loadsMs: [],
          },
        ],
      },
      {
        name: "whole",
        sli: { kind: "state" },
        cadenceMs: 3_600_000,
        holdMs: 7_200_000,
        observations: [],
      },
    ],
  });
});

const deadline = `slo:
  kind: deadline
  objective: 95%
  window: { calendar: month, timezone: Europe/Berlin }
  by: "07:00"
  timezone: Europe/Berlin
  opens: 6h
  calendar: { days: [mon, sun], holidays: [2026-04-06] }
now: 2026-04-30T20:00:00Z
observations: [{ at: "2026-04-01T05:05:00Z", outcome: pass, newest: "2026-04-01T04:30:00Z" }]
exclusions:
  - { from: "2026-04-10T00:00:00Z", to: "2026-04-11T00:00:00Z", mode: good, reason: moved house }
  - { from: "2026-04-12T00:00:00+02:00", to: "2026-04-12T12:00:00+02:00" }
`;

test("deadlines are read with their zone, calendar and opening, exclusions are removed unless said", () => {
  const { scenario, problems } = parseScenario(deadline, "slo.yaml");

  expect(problems).toEqual([]);
  expect(scenario).toMatchObject({
    window: { kind: "calendar", period: "month", timezone: "Europe/Berlin" },
    observed: {
      unit: "deliveries",
      checks: [
        {
          name: "deadline",
          sli: {
            kind: "deadline",
            by: "07:00",
            timezone: "Europe/Berlin",
            opensMs: 21_600_000,
            calendar: { days: new Set([1, 7]), holidays: new Set(["2026-04-06"]) },
          },
        },
      ],
    },
    excluded: [
      { fromMs: Date.UTC(2026, 3, 10), toMs: Date.UTC(2026, 3, 11), mode: "good" },
      { fromMs: Date.UTC(2026, 3, 11, 22), toMs: Date.UTC(2026, 3, 12, 10), mode: "remove" },
    ],
  });
});

const rows = `slo: { kind: rows, objective: 99%, window: 1d }
now: 2026-01-02T00:00:00Z
observations:
  - { at: "2026-01-01T01:00:00Z", outcome: pass, good: 9, total: 10 }
  - { at: "2026-01-01T02:00:00Z", outcome: error }
`;

test("rows are counted where something could be counted", () => {
  expect(parseScenario(rows, "slo.yaml").scenario?.observed).toEqual({
    unit: "rows",
    counts: [{ atMs: Date.UTC(2026, 0, 1, 1), good: 9, total: 10 }],
  });
});

function told(text: string): readonly string[] {
  const { scenario, problems } = parseScenario(text, "s");
  expect(scenario).toBeNull();
  return problems.map(formatProblem);
}

describe("a scenario is refused", () => {
  test.each([
    [
      "state",
      "states",
      "s:2:9: error TM_REPLAY_INPUT: `kind` must be `state`, `freshness`, `deadline` or `rows` (did you mean `state`?)",
    ],
    ["state", "freshness", "s:1:1: error TM_REPLAY_INPUT: `max_age` is missing"],
    ["state", "deadline", "s:1:1: error TM_REPLAY_INPUT: `by` is missing"],
    [
      "  cadence: 1h\n",
      "  cadence: 1h\n  max_age: 1h\n",
      "s:6:3: error TM_REPLAY_INPUT: `max_age` is not a key that is known here (it belongs to `kind: freshness`)",
    ],
    [
      "  cadence: 1h\n",
      "  cadence: 1h\n  by: 07:00\n",
      "s:6:3: error TM_REPLAY_INPUT: `by` is not a key that is known here (it belongs to `kind: deadline`)",
    ],
    ["24h", "0s", "s:4:11: error TM_REPLAY_INPUT: `window`: the duration must be longer than zero"],
    ["24h", "101y", "s:4:11: error TM_REPLAY_INPUT: `window` must be at most a hundred years"],
    ["24h", "a day", "s:4:11: error TM_REPLAY_INPUT: `window`: expected a duration such as `90s`"],
    [
      "24h",
      "{ calendar: fortnight }",
      "s:4:23: error TM_REPLAY_INPUT: `calendar` must be `day`, `week`, `month`, `quarter` or `year`",
    ],
    [
      "24h",
      "{ calendar: month, timezone: Europe/Bonn }",
      "s:4:40: error TM_REPLAY_INPUT: `timezone`: there is no such IANA time zone",
    ],
    [
      "24h",
      "{ calender: month }",
      "s:4:13: error TM_REPLAY_INPUT: `calender` is not a key that is known here (did you mean `calendar`?",
    ],
    ["  window: 24h\n", "", "s:1:1: error TM_REPLAY_INPUT: `window` is missing"],
    ["95%", "0%", "s:3:14: error TM_REPLAY_INPUT: `objective`: an objective lies above 0%"],
    ["95%", "100%", "s:3:14: error TM_REPLAY_INPUT: `objective`: an objective lies above 0%"],
    ["95%", "100.1%", "s:3:14: error TM_REPLAY_INPUT: `objective`: an objective lies above 0%"],
    ["95%", '"99,9%"', "s:3:14: error TM_REPLAY_INPUT: `objective`: expected percent text"],
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
    [
      'at: "2026-01-01T14:00:00Z"',
      'at: "9999-01-01T14:00:00Z"',
      "s:12:11: error TM_REPLAY_INPUT: `at` must lie in the years 1 to 8999",
    ],
    [
      "now: 2026-01-02T00:00:00+01:00\n",
      "now: 1969-12-31T23:59:59Z\n",
      "s:9:6: error TM_REPLAY_INPUT: `now` must not lie before 1970",
    ],
    ["now: 2026-01-02T00:00:00+01:00\n", "", "s:1:1: error TM_REPLAY_INPUT: `now` is missing"],
    [
      "now:",
      'exclusions: [{ from: "2026-01-01T12:00:00Z", to: "2026-01-01T11:00:00Z" }]\nnow:',
      "s:9:50: error TM_REPLAY_INPUT: `to` must be after `from`",
    ],
    [
      "now:",
      'exclusions: [{ from: "2026-01-01T12:00:00Z", to: "2026-01-01T13:00:00Z", mode: keep }]\nnow:',
      "s:9:80: error TM_REPLAY_INPUT: `mode` must be `remove` or `good`",
    ],
    [
      "outcome: fail",
      "outcome: fail, good: 1",
      "s:12:50: error TM_REPLAY_INPUT: `good` belongs to `kind: rows`",
    ],
    [
      "outcome: fail",
      'outcome: fail, loads: ["2026-01-01T13:00:00Z"]',
      "s:12:50: error TM_REPLAY_INPUT: `loads` without `newest`: the newest load is one of them",
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

  test.each(["deadline", "rows"])("with %s among the checks, saying how to split them", (kind) => {
    const [problem, ...rest] = told(several.replace("kind: state", `kind: ${kind}`));

    expect(problem).toMatch(/^s:9:26: error TM_REPLAY_INPUT: `kind: \w+` counts .*\(split the SLO/);
    expect(problem).toContain(`one with \`kind: ${kind}\` and \`observations\` of its own`);
    expect(rest).toEqual([]);
  });

  test("with a kind or a cadence beside several checks", () => {
    expect(told(several.replace("window: 24h", "window: 24h, kind: state, cadence: 1h"))).toEqual([
      expect.stringContaining("`kind` is not a key that is known here (with `checks`, each"),
      expect.stringContaining("`cadence` is not a key that is known here (with `checks`, each"),
    ]);
  });

  test("with rows that are not counted, or more good ones than there are", () => {
    expect(told(rows.replace(", total: 10", ""))).toEqual([
      "s:4:5: error TM_REPLAY_INPUT: `total` is missing, which `kind: rows` counts",
    ]);
    expect(told(rows.replace("good: 9", "good: 11"))).toEqual([
      "s:4:56: error TM_REPLAY_INPUT: `good` must be at most `total`",
    ]);
    expect(told(rows.replace("good: 9", "good: -1"))).toEqual([
      "s:4:56: error TM_REPLAY_INPUT: `good` must be at least 0",
    ]);
    const many = `  - { at: "2026-01-01T03:00:00Z", outcome: pass, good: 0, total: ${2 ** 53 - 10} }\n`;
    expect(told(rows + many)).toEqual([
      "s:3:1: error TM_REPLAY_INPUT: `observations` count more rows than can be summed exactly",
    ]);
  });

  test.each([
    [
      '"07:00"',
      '"7 am"',
      "s:5:7: error TM_REPLAY_INPUT: `by` must be a local time such as `07:00`",
    ],
    [
      "  timezone: Europe/Berlin\n",
      "  timezone: Europe/Bonn\n",
      "s:6:13: error TM_REPLAY_INPUT: `timezone`: there is no such IANA time zone; use one such as `Europe/Berlin`",
    ],
    [
      "mon, sun",
      "mon, sonntag",
      "s:8:27: error TM_REPLAY_INPUT: `days[1]` must be `mon`, `tue`, `wed`, `thu`, `fri`, `sat` or `sun`",
    ],
    [
      "2026-04-06",
      "2026-02-31",
      "s:8:44: error TM_REPLAY_INPUT: `holidays[0]` is no day of the calendar",
    ],
    [
      "opens: 6h",
      "hold: 6h",
      "s:7:3: error TM_REPLAY_INPUT: `hold` is not a key that is known here (it belongs to `kind: state` and `kind: freshness`)",
    ],
  ])("as a deadline with %j written as %j", (from, to, problem) => {
    expect(deadline).toContain(from);
    expect(told(deadline.replace(from, to))).toEqual([problem]);
  });

  test("as a deadline at midnight without an opening, which nothing could meet", () => {
    const midnight = deadline.replace("07:00", "00:00:00");
    expect(parseScenario(midnight, "s").problems).toEqual([]);
    expect(told(midnight.replace("  opens: 6h\n", ""))).toEqual([
      "s:5:7: error TM_REPLAY_INPUT: a delivery opens at the beginning of its day, which is its deadline here: say with `opens` how long before",
    ]);
  });

  test("as JSON, with the place in it", () => {
    expect(
      told('{\n  "slo": 1,\n  "now": "2026-01-02T00:00:00Z",\n  "observations": []\n}'),
    ).toEqual(["s:2:10: error TM_REPLAY_INPUT: `slo` must be a map of keys, not a number"]);
  });

  test("when a number has no end or is none", () => {
    const [infinite, none] = [".inf", ".nan"].map((floor) =>
      told(`slo: { coverage_floor: ${floor} }\nnow: 2026-01-02T00:00:00Z\nobservations: []`),
    );
    expect(infinite).toContain(
      "s:1:24: error TM_REPLAY_INPUT: `coverage_floor` must be a number, not Infinity",
    );
    expect(none).toContain(
      "s:1:24: error TM_REPLAY_INPUT: `coverage_floor` must be a number, not NaN",
    );
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

  const observed = parseScenario(text, "s").scenario?.observed;
  const [check] = observed?.unit === "time" ? observed.checks : [];
  expect(check?.observations).toHaveLength(105_120);
});
