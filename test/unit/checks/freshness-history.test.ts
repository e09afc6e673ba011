import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { freshness } from "../../../checks/freshness/index.ts";
import type { CheckResult, Gap, LastSeen } from "../../../src/core/check.ts";
import type { SqlValue } from "../../../src/core/value.ts";
import { wallClockOffset } from "../../../src/time/zone.ts";
import { evaluateContext, figures, noonMs, paramsOf, planContext } from "./support.ts";

const minute = 60_000;
const hour = 60 * minute;
const appendOnly = { column: "loaded_at", max_age: "1h", history: "append_only" };

/** At 06:00 the newest load was that of 05:30; it is noon now. */
const seen: LastSeen = { atMs: noonMs - 6 * hour, newestMs: noonMs - 6.5 * hour };

/** A time of the morning of the probe. */
function at(clock: string): number {
  return Date.parse(`2026-01-15T${clock}Z`);
}

function instant(ms: number): SqlValue {
  return { type: "instant", ms };
}

function local(ms: number): SqlValue {
  return { type: "local", text: new Date(ms).toISOString().slice(0, -1) };
}

interface Probed {
  readonly keys?: Readonly<Record<string, unknown>>;
  readonly newest?: SqlValue;
  readonly gaps?: readonly Gap[];
  readonly last?: LastSeen | null;
  readonly timezone?: string;
  readonly nowMs?: number;
}

function probe({ keys = appendOnly, last = seen, timezone = "UTC", ...more }: Probed): CheckResult {
  const { newest = instant(at("11:30")), gaps, nowMs = noonMs } = more;
  const measured = figures({ newest }, { atMs: nowMs, ...(gaps === undefined ? {} : { gaps }) });
  const context = evaluateContext({ last, timezone, nowMs });
  return freshness.evaluate(paramsOf(freshness, keys), measured, context);
}

describe("the history is asked for", () => {
  const planned = (
    keys: Readonly<Record<string, unknown>>,
    last: LastSeen | null,
    timezone = "UTC",
  ): readonly unknown[] =>
    freshness.plan(paramsOf(freshness, keys), planContext({ last, timezone })).slice(1);

  test("where loads may have been missed: the gaps since the newest one known", () => {
    expect(planned(appendOnly, seen, "Europe/Berlin")).toEqual([
      {
        kind: "gaps",
        id: "gaps",
        of: '"loaded_at"',
        filter: "\"loaded_at\" >= TIMESTAMP '2026-01-15 06:30:00.001+01:00'",
        longerThanMs: hour,
        maxGaps: 2000,
        mayStand: true,
      },
    ]);
  });

  test.each<readonly [string, object, LastSeen | null]>([
    ["where rows may change", { column: "loaded_at", max_age: "1h" }, seen],
    [
      "where a warning is all there is",
      { ...appendOnly, max_age: undefined, warn: { max_age: "1h" } },
      seen,
    ],
    ["before the first probe", appendOnly, null],
    ["where the dataset was empty", appendOnly, { ...seen, newestMs: null }],
    ["while the newest load known is fresh", appendOnly, { ...seen, newestMs: noonMs - hour }],
  ])("but not %s", (_, keys, last) => {
    expect(planned({ ...keys }, last)).toEqual([]);
  });
});

describe("what was loaded while nobody looked", () => {
  test("is the first load, and the gaps longer than the promised age", () => {
    const gaps = [
      { fromMs: null, toMs: at("07:00") },
      { fromMs: at("08:00"), toMs: at("09:30") },
      { fromMs: at("09:30"), toMs: at("11:00") },
    ];
    expect(probe({ gaps }).loads).toEqual({
      isComplete: true,
      instants: [at("07:00")],
      gaps: [
        { fromMs: at("05:30"), toMs: at("07:00") },
        { fromMs: at("08:00"), toMs: at("09:30") },
        { fromMs: at("09:30"), toMs: at("11:00") },
      ],
    });
  });

  test("has no gap where the rhythm was kept", () => {
    expect(probe({ gaps: [{ fromMs: null, toMs: at("06:30") }] }).loads).toEqual({
      isComplete: true,
      instants: [at("06:30")],
      gaps: [],
    });
  });

  test("ends with the newest load, which is never after the probe", () => {
    const gaps = [
      { fromMs: null, toMs: at("06:00") },
      { fromMs: at("10:00"), toMs: at("12:04") },
    ];
    const result = probe({ newest: instant(at("12:04")), gaps });
    expect(result.newestMs).toBe(noonMs);
    expect(result.loads?.gaps).toEqual([{ fromMs: at("10:00"), toMs: noonMs }]);
  });

  test("changes nothing about the verdict", () => {
    const gaps = [{ fromMs: null, toMs: at("06:30") }];
    const { loads: _, ...verdict } = probe({ gaps });
    const { history: __, ...without } = appendOnly;
    expect(verdict).toEqual(probe({ keys: without }));
    expect(verdict.outcome).toBe("pass");
  });

  test.each<readonly [string, Probed]>([
    ["its gaps could not be measured", {}],
    ["no load is newer than the one known", { newest: instant(seen.newestMs ?? 0), gaps: [] }],
    ["the gaps are those of no new row", { gaps: [] }],
    [
      "the newest value is a day",
      { newest: { type: "date", text: "2026-01-14" }, gaps: [{ fromMs: null, toMs: at("06:30") }] },
    ],
  ])("is not known where %s", (_, probed) => {
    const result = probe(probed);
    expect(result.outcome).not.toBe("error");
    expect(result).not.toHaveProperty("loads");
  });

  test("is not known where gaps and newest load were not measured together", () => {
    const measured = {
      ...figures({ newest: instant(at("11:30")) }),
      gaps: () =>
        ({ ok: true, value: [{ fromMs: null, toMs: at("07:00") }], atMs: noonMs + 1 }) as const,
    };
    const params = paramsOf(freshness, appendOnly);
    const result = freshness.evaluate(params, measured, evaluateContext({ last: seen }));
    expect(result).not.toHaveProperty("loads");
  });
});

describe("times without zone", () => {
  const berlin = { timezone: "Europe/Berlin" };

  test("are read in the dataset's zone", () => {
    const gaps = [
      { fromMs: null, toMs: at("08:00") },
      { fromMs: at("09:00"), toMs: at("12:30") },
    ];
    expect(probe({ ...berlin, newest: local(at("12:30")), gaps }).loads).toEqual({
      isComplete: true,
      instants: [at("07:00")],
      gaps: [
        { fromMs: at("05:30"), toMs: at("07:00") },
        { fromMs: at("08:00"), toMs: at("11:30") },
      ],
    });
  });

  test("tell no gap where the clocks leapt", () => {
    // 01:45 and 03:15 in Berlin were half an hour apart.
    const nowMs = Date.parse("2026-03-29T03:00Z");
    const last = { atMs: nowMs - 3 * hour, newestMs: Date.parse("2026-03-28T23:45Z") };
    const wall = (clock: string): number => Date.parse(`2026-03-29T${clock}Z`);
    const gaps = [
      { fromMs: null, toMs: wall("01:45") },
      { fromMs: wall("01:45"), toMs: wall("03:15") },
    ];
    const result = probe({ ...berlin, newest: local(wall("04:00")), gaps, last, nowMs });
    expect(result.loads).toMatchObject({ instants: [Date.parse("2026-03-29T00:45Z")], gaps: [] });
  });

  test.each([
    ["the night of it", "2026-10-25T00:30Z", "2026-10-25T03:30Z", false],
    ["three hours after it", "2026-10-25T04:00Z", "2026-10-25T07:00Z", true],
    ["the day before it", "2026-10-24T10:00Z", "2026-10-24T13:00Z", true],
  ])("say nothing when the clocks are set back: %s", (_, known, now, isKnown) => {
    const [newestMs, nowMs] = [Date.parse(known), Date.parse(now)];
    const wallMs = newestMs + 2 * hour;
    const gaps = [{ fromMs: null, toMs: wallMs + wallClockOffset(wallMs, "Europe/Berlin") }];
    const newest = local(nowMs);
    const probed = { ...berlin, newest, gaps, nowMs, last: { atMs: newestMs, newestMs } };
    expect(probe(probed).loads !== undefined).toBe(isKnown);
    const inUtc = probe({ ...probed, newest: instant(nowMs - 30 * minute) });
    expect(inUtc.loads).toBeDefined();
  });
});

describe("for all load histories", () => {
  const steps = fc.array(fc.integer({ min: 1, max: 3 * hour }), { minLength: 1, maxLength: 40 });
  const zones = fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York");

  test("the gaps are those between successive loads, whatever the column's type and zone", () => {
    fc.assert(
      fc.property(steps, zones, fc.boolean(), (lengths, timezone, hasZone) => {
        const all = [seen.newestMs ?? 0];
        for (const length of lengths) {
          all.push((all.at(-1) ?? 0) + length);
        }
        const newestMs = all.at(-1) ?? 0;
        const nowMs = newestMs + 2 * hour;
        const raw = (ms: number): number => ms + (hasZone ? 0 : wallClockOffset(ms, timezone));
        const gaps: Gap[] = all.slice(1).flatMap((toMs, index) => {
          const fromMs = index === 0 ? null : (all[index] ?? 0);
          const isLong = fromMs === null || toMs - fromMs > hour;
          return isLong ? [{ fromMs: fromMs === null ? null : raw(fromMs), toMs: raw(toMs) }] : [];
        });
        const newest = hasZone ? instant(newestMs) : local(raw(newestMs));
        const result = probe({ newest, gaps, timezone, nowMs });
        expect(result.loads).toEqual({
          isComplete: true,
          instants: [all[1]],
          gaps: all
            .slice(1)
            .map((toMs, index) => ({ fromMs: all[index], toMs }))
            .filter(({ fromMs = 0, toMs }) => toMs - fromMs > hour),
        });
      }),
    );
  });
});
