import { describe, expect, it } from "vitest";
import type { Backtest, BacktestSide, LadderRung } from "../../../src/app/backtest.ts";
import { backtestJson } from "../../../src/cli/backtest-json.ts";
import { backtestPlot } from "../../../src/cli/backtest-plot.ts";
import { printBacktest } from "../../../src/cli/backtest-text.ts";
import { shareText, thresholdText, wrapped, yamlOf } from "../../../src/cli/backtest-words.ts";
import type { Paint, Terminal } from "../../../src/cli/terminal.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const at = (text: string): number => Date.parse(text);
const plain: Paint = (_, text) => text;

const rung = (given: Partial<LadderRung>): LadderRung => ({
  threshold: hourMs,
  bad: 0,
  sli: 1,
  breaches: 0,
  longest: 0,
  isExact: true,
  isDeclared: false,
  isRound: false,
  quantilesPpm: [],
  ...given,
});

const ages: BacktestSide = {
  key: "max_age",
  unit: "time",
  judged: 7 * dayMs,
  declared: hourMs,
  ladder: [
    rung({ bad: 5 * hourMs, sli: 0.970238, breaches: 1, longest: 5 * hourMs, isDeclared: true }),
    rung({ threshold: 2 * hourMs, isRound: true, quantilesPpm: [1_000_000] }),
  ],
  offers: [
    {
      objectivePpm: 999_000,
      threshold: 2 * hourMs,
      sli: 1,
      spent: 0,
      findings: ["the first thing; and more of it", "the second"],
      isRefused: true,
    },
    {
      objectivePpm: 950_000,
      threshold: hourMs,
      sli: 0.970238,
      spent: 0.4,
      findings: [],
      isRefused: false,
    },
  ],
};

/** A week of one dataset of a mesh; only what is printed matters. */
function made(over: Partial<Backtest> = {}): Backtest {
  const window = {
    fromMs: at("2026-03-24T12:00:00Z"),
    toMs: at("2026-03-31T12:00:00Z"),
    days: 7,
    end: "now",
    hasDataEnded: false,
  } as const;
  return {
    target: {
      dataset: {
        id: "orders/loads",
        product: "orders",
        name: "loads",
        connection: "dwh",
        source: { kind: "table", parts: ["loads"] },
        timezone: "Europe/Berlin",
        columns: new Map(),
        checkIds: [],
      },
      check: null,
      type: "freshness",
      subject: { kind: "loads", column: "came", time: "load", maxAgeMs: hourMs },
      cadenceMs: 900_000,
    },
    columnKind: "instant",
    window,
    newestMs: at("2026-03-31T11:00:00Z"),
    rows: 1_489,
    firstMs: at("2026-03-24T12:00:00Z"),
    lastMs: at("2026-03-31T11:00:00Z"),
    beginsInWindow: false,
    exactFromMs: 5_000,
    series: (count) => Array.from({ length: count }, (_, part) => (part === 3 ? 6 : 1) * hourMs),
    sides: [ages],
    sloWindowMs: 30 * dayMs,
    proposal: { objectivePpm: 950_000, offers: ages.offers.slice(1) },
    queryIds: ["orders/loads backtest 1", "orders/loads backtest 2"],
    ...over,
  };
}

function printed(of: Backtest, columns: number | null = null): string {
  const lines: string[] = [];
  const terminal: Terminal = {
    out: (text) => lines.push(text),
    err: () => {},
    progress: () => {},
    paint: plain,
    columns,
  };
  printBacktest(of, terminal);
  return lines.join("\n");
}

describe("words of a backtest", () => {
  it("write a threshold as a product file has it", () => {
    expect(thresholdText("max_age", 5_400_000)).toBe("1h30m");
    expect(yamlOf("min", 12_000)).toBe("min: 12000");
    expect(yamlOf("by", 7.25 * hourMs)).toBe('by: "07:15"');
  });

  it("never round a share up to all of it", () => {
    expect(shareText(0.999_999)).toBe("99.99 %");
    expect(shareText(1)).toBe("100.00 %");
    expect(shareText(0.29)).toBe("29.00 %");
    expect(shareText(0.4, 0)).toBe("40 %");
  });

  it("break long sentences between words", () => {
    const text = "word ".repeat(50).trim();
    const lines = wrapped(text, "  ").split("\n");
    expect(lines).toHaveLength(3);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(102);
    expect(lines.join(" ").replaceAll(/\s+/g, " ").trim()).toBe(text);
  });
});

describe("a backtest as text", () => {
  it("says what was looked at, each threshold, each offer and the proposal", () => {
    expect(printed(made())).toBe(
      `orders/loads: freshness of came
  7 days from 2026-03-24T12:00:00Z to 2026-03-31T12:00:00Z
  1,489 rows, the first of 2026-03-24T12:00:00Z, the last of 2026-03-31T11:00:00Z
  ages are exact from 5s on

max_age  SLI       bad time  breaches  longest  why
1h       97.02 %   5h        1         5h       declared
2h       100.00 %  0s        0         0s       strictest for 100%, round

objective  needs        SLI       worst 30d spends  but
99.9%      max_age: 2h  100.00 %  0 %               the first thing; the second
95%        max_age: 1h  97.02 %   40 %

proposal  max_age: 1h with objective: 95%, window: 30d
  Rule: for each usual objective the strictest round max_age under which no 30d of this past would
  have spent more than half of the budget; of these the strictest objective that \`validate\` has
  nothing against at this cadence and that needs no threshold far more lenient than the easiest one
  does.`,
    );
  });

  it("says that the data had ended, what is not exact, and how days and events are read", () => {
    const of = made({
      window: { ...made().window, end: "newest", hasDataEnded: true },
      columnKind: "date",
      beginsInWindow: true,
      sides: [{ ...ages, ladder: [rung({ sli: 0.5, isExact: false })] }],
      target: {
        ...made().target,
        subject: { kind: "loads", column: "day", time: "event", maxAgeMs: null },
      },
    });
    const text = printed(of);
    expect(text).toContain(", the newest value: the data ends before the last 7 days begin");
    expect(text).toContain("nothing is older, so that the time before the first row is not judged");
    expect(text).toContain("its days are read in Europe/Berlin");
    expect(text).toContain("a day counts from its end");
    expect(text).toContain("times of events: each counts as loaded when it happened");
    expect(text).toContain("1h       ≤ 50.00 %");
  });

  it("says that silence at the end counts, and how to leave it out", () => {
    expect(printed(made({ lastMs: at("2026-03-29T12:00:00Z") }))).toContain(
      "nothing for the last 2d, which counts; `--until newest` leaves it out",
    );
  });

  it("counts deliveries as such", () => {
    const side: BacktestSide = {
      key: "by",
      unit: "deliveries",
      judged: 6,
      declared: 7 * hourMs,
      ladder: [rung({ threshold: 7 * hourMs, bad: 1, sli: 5 / 6, isDeclared: true })],
      offers: [],
    };
    const text = printed(
      made({ sides: [side], exactFromMs: null, series: null, proposal: null }),
      120,
    );
    expect(text).toContain("6 deliveries fell due on the whole days in it");
    expect(text).toMatch(/^by +SLI +missed +why\n07:00 +83\.33 % +1 +declared$/m);
    expect(text).toContain("no proposal: no usual objective would have held with room");
  });
});

describe("a backtest's plot", () => {
  it("is drawn on a terminal, and not in a pipe", () => {
    expect(printed(made(), 100)).toContain("the oldest age, by parts of the time");
    expect(printed(made(), null)).not.toContain("the oldest age");
    expect(printed(made(), 20)).not.toContain("the oldest age");
  });

  it("has the line of the past over the level line of the threshold, in one unit", () => {
    const lines = backtestPlot(made(), 3 * hourMs, 40, plain)?.split("\n") ?? [];
    expect(lines[0]).toBe("the oldest age, by parts of the time; the level line is max_age 3h");
    expect(lines).toHaveLength(15);
    expect(lines[1]).toMatch(/^ {3}6\.0h ┼ {2}╭╮$/);
    expect(lines[7]).toMatch(/^ {3}3\.0h ┼──││─+$/);
    expect(lines[11]).toMatch(/^ {3}1\.0h ┼──╯╰─+$/);
    expect(lines.at(-1)).toMatch(/^ +2026-03-24T12:00:00Z +2026-03-31T12:00:00Z$/);
  });

  it("has no more characters in a line than the terminal", () => {
    for (const columns of [30, 80, 300]) {
      const lines =
        backtestPlot(made(), 3 * hourMs, columns, plain)
          ?.split("\n")
          .slice(1, -1) ?? [];
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
    }
  });

  it("is painted where text is", () => {
    const painted: Paint = (style, text) => `<${style}>${text}`;
    expect(backtestPlot(made(), hourMs, 60, painted)).toContain("\u001b[34m");
    expect(backtestPlot(made(), hourMs, 60, plain)).not.toContain("\u001b");
  });

  it("shows rows in whole numbers", () => {
    const of = made({
      sides: [{ ...ages, key: "min", declared: null }],
      target: {
        ...made().target,
        subject: {
          kind: "rows",
          column: "came",
          windowMs: dayMs,
          isComplete: true,
          min: 60,
          max: null,
        },
      },
      series: () => [72, 57, 72],
    });
    const text = backtestPlot(of, 60, 60, plain);
    expect(text).toContain(
      "the fewest rows in a local day, by parts of the time; the level line is min 60",
    );
    expect(text).toMatch(/^ 72 ┼/m);
  });
});

describe("a backtest as JSON", () => {
  it("has the keys that are documented", () => {
    const json = backtestJson(made());
    expect(json).toMatchObject({
      version: 1,
      id: "orders/loads",
      check: null,
      type: "freshness",
      column: "came",
      column_kind: "instant",
      cadence_seconds: 900,
      window: { from: "2026-03-24T12:00:00.000Z", days: 7, end: "now", has_data_ended: false },
      history: { rows: 1_489, begins_in_window: false, exact_from_seconds: 5 },
    });
    expect(json.thresholds[0]).toEqual({
      key: "max_age",
      threshold: "1h",
      seconds: 3_600,
      sli: 0.970238,
      judged_seconds: 604_800,
      bad_seconds: 18_000,
      longest_breach_seconds: 18_000,
      breaches: 1,
      exact: true,
      declared: true,
      round: false,
      strictest_for: [],
    });
    expect(json.proposal).toMatchObject({
      objective: "95%",
      window: "30d",
      promises: [{ key: "max_age", threshold: "1h", worst_budget_spent: 0.4, refused: false }],
    });
  });
});
