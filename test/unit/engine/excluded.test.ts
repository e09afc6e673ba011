import { describe, expect, it } from "vitest";
import type { ExclusionRecord, PlannedExclusion } from "../../../src/core/exclusion.ts";
import { excludedOf, exclusionsOf } from "../../../src/engine/excluded.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** 2026-01-05T00:00:00Z, a Monday. */
const monday = Date.UTC(2026, 0, 5);

function recordOf(changes: Partial<ExclusionRecord> = {}): ExclusionRecord {
  return {
    id: "exc-1",
    target: "orders/fresh",
    fromMs: monday + hour,
    toMs: monday + 2 * hour,
    mode: "remove",
    reason: "The warehouse moves.",
    author: "ana",
    createdMs: monday,
    endedMs: null,
    endedBy: null,
    withdrawal: null,
    ...changes,
  };
}

function sloOf(exclusions: readonly PlannedExclusion[] = []) {
  return { id: "orders/fresh", product: "orders", exclusions };
}

/** Of the whole Monday. */
const timesOf = (...records: readonly ExclusionRecord[]) =>
  excludedOf(sloOf(), records, monday, monday + day).map(({ fromMs, toMs, mode }) => [
    (fromMs - monday) / hour,
    (toMs - monday) / hour,
    mode,
  ]);

describe("an exclusion made by command", () => {
  it("excuses the SLO that it names, and every SLO of a product that it names", () => {
    expect(timesOf(recordOf())).toEqual([[1, 2, "remove"]]);
    expect(timesOf(recordOf({ target: "orders" }))).toEqual([[1, 2, "remove"]]);
    for (const target of ["orders/whole", "orders/fresh/er", "order", "orders-archive", "fresh"]) {
      expect(timesOf(recordOf({ target }))).toEqual([]);
    }
  });

  it("is clipped to the stretch that is asked about", () => {
    const all = { fromMs: monday - day, toMs: monday + 9 * day };
    expect(timesOf(recordOf(all))).toEqual([[0, 24, "remove"]]);
    expect(timesOf(recordOf({ fromMs: monday - day, toMs: monday }))).toEqual([]);
    expect(timesOf(recordOf({ fromMs: monday + day, toMs: monday + 2 * day }))).toEqual([]);
  });

  it("reaches to the end of the stretch while nobody has ended it", () => {
    expect(timesOf(recordOf({ toMs: null, mode: "good" }))).toEqual([[1, 24, "good"]]);
  });

  it.each([
    { title: "before its end", toMs: monday + 9 * hour, endedMs: monday + 3 * hour, until: 3 },
    { title: "without an end of its own", toMs: null, endedMs: monday + 3 * hour, until: 3 },
    { title: "after its end", toMs: monday + 2 * hour, endedMs: monday + 3 * hour, until: 2 },
  ])("keeps its time until it was ended: $title", ({ toMs, endedMs, until }) => {
    expect(timesOf(recordOf({ toMs, endedMs, endedBy: "li" }))).toEqual([[1, until, "remove"]]);
  });

  it("excuses nothing when it was ended before it began", () => {
    expect(timesOf(recordOf({ endedMs: monday, endedBy: "li" }))).toEqual([]);
    expect(timesOf(recordOf({ endedMs: monday + hour, endedBy: "li" }))).toEqual([]);
  });
});

describe("an exclusion that was withdrawn", () => {
  const withdrawal = { atMs: monday + 9 * day, by: "li", reason: "The wrong SLO." };

  it.each([
    { title: "that was over", changes: {} },
    { title: "that ran", changes: { toMs: null } },
    { title: "that was ended", changes: { toMs: null, endedMs: monday + 3 * hour, endedBy: "li" } },
  ])("excuses nothing any more, and is named where it did: one $title", ({ changes }) => {
    const record = recordOf({ ...changes, withdrawal });
    expect(timesOf(record)).toEqual([]);
    const { mode, reason } = record;
    expect(exclusionsOf(sloOf(), [record], monday, monday + day)).toEqual([
      { mode, reason, record, times: [] },
    ]);
  });

  it("is named nowhere else", () => {
    const named = (changes: Partial<ExclusionRecord>, fromMs = monday) =>
      exclusionsOf(sloOf(), [recordOf({ ...changes, withdrawal })], fromMs, monday + day);
    expect(named({}, monday + 2 * hour)).toEqual([]);
    expect(named({ endedMs: monday, endedBy: "li" })).toEqual([]);
    expect(named({ target: "orders/whole" })).toEqual([]);
  });

  it("leaves the others as they are", () => {
    const other = recordOf({ id: "exc-2", fromMs: monday + 90 * 60_000, toMs: monday + 4 * hour });
    expect(timesOf(recordOf({ withdrawal }), other)).toEqual([[1.5, 4, "remove"]]);
  });
});

describe("exclusions that are declared", () => {
  const weekly: PlannedExclusion = {
    span: {
      kind: "recurring",
      start: "2026-01-04T02:00:00",
      timezone: "Europe/Berlin",
      rule: "FREQ=WEEKLY;BYDAY=SU",
      durationMs: 2 * hour,
    },
    mode: "remove",
    reason: "The weekly load.",
  };
  const range: PlannedExclusion = {
    span: { kind: "range", fromMs: monday + 3 * day, toMs: monday + 4 * day },
    mode: "good",
    reason: "The move.",
  };

  it("join those made by command, ascending, overlapping or not", () => {
    const record = recordOf({ fromMs: monday + 3 * day + hour, toMs: monday + 3 * day + 5 * hour });
    const slo = sloOf([weekly, range]);
    const found = excludedOf(slo, [record, recordOf()], monday, monday + 14 * day);
    expect(found).toEqual([
      { fromMs: monday + hour, toMs: monday + 2 * hour, mode: "remove" },
      { fromMs: monday + 3 * day, toMs: monday + 4 * day, mode: "good" },
      { fromMs: monday + 3 * day + hour, toMs: monday + 3 * day + 5 * hour, mode: "remove" },
      { fromMs: monday + 6 * day + hour, toMs: monday + 6 * day + 3 * hour, mode: "remove" },
      { fromMs: monday + 13 * day + hour, toMs: monday + 13 * day + 3 * hour, mode: "remove" },
    ]);
  });

  it("are told apart from those made by command, and named only where they touch the stretch", () => {
    const record = recordOf();
    const slo = sloOf([weekly, range]);
    const found = exclusionsOf(slo, [record], monday, monday + 2 * day);
    expect(found).toEqual([
      {
        mode: "remove",
        reason: "The warehouse moves.",
        record,
        times: [{ fromMs: monday + hour, toMs: monday + 2 * hour, mode: "remove" }],
      },
    ]);
    const [first, ...others] = exclusionsOf(slo, [], monday, monday + 14 * day);
    expect(first).toMatchObject({ reason: "The weekly load.", record: null });
    expect(first?.times).toHaveLength(2);
    expect(others).toMatchObject([{ reason: "The move.", mode: "good", record: null }]);
  });
});
