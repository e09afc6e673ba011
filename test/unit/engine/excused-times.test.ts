import { describe, expect, it } from "vitest";
import type { ExclusionRecord, PlannedExclusion } from "../../../src/core/exclusion.ts";
import { ExcusedTimes } from "../../../src/engine/excused-times.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** 2026-01-05T00:00:00Z, a Monday. */
const monday = Date.UTC(2026, 0, 5);

const nightly: PlannedExclusion = {
  span: {
    kind: "recurring",
    start: "2026-01-01T02:00:00",
    timezone: "UTC",
    rule: "FREQ=DAILY",
    durationMs: hour,
  },
  mode: "remove",
  reason: "The nightly load.",
};
const slo = { id: "orders/fresh", product: "orders", exclusions: [nightly] };
const none: readonly ExclusionRecord[] = [];

describe("excused times", () => {
  it("hold all that is excused of a stretch, to whole days around it", () => {
    const times = new ExcusedTimes().of(slo, none, monday + 5 * hour, monday + day + hour);
    expect(times.map(({ fromMs, toMs }) => [fromMs - monday, toMs - monday])).toEqual([
      [2 * hour, 3 * hour],
      [day + 2 * hour, day + 3 * hour],
    ]);
  });

  it("are reckoned once while the stretch moves within its days", () => {
    const excused = new ExcusedTimes();
    const first = excused.of(slo, none, monday + hour, monday + day + hour);
    expect(excused.of(slo, none, monday + 9 * hour, monday + day + 9 * hour)).toBe(first);
    const nextDay = excused.of(slo, none, monday + hour, monday + 2 * day + hour);
    expect(nextDay).toHaveLength(3);
  });

  it("are reckoned anew when the promise or what was excluded by command changes", () => {
    const excused = new ExcusedTimes();
    const ask = (of: typeof slo, records: readonly ExclusionRecord[]) =>
      excused.of(of, records, monday, monday + day).length;
    const record: ExclusionRecord = {
      id: "exc-1",
      target: "orders",
      fromMs: monday + 5 * hour,
      toMs: monday + 6 * hour,
      mode: "good",
      reason: "A broken probe user.",
      author: "ana",
      createdMs: monday,
      endedMs: null,
      endedBy: null,
      withdrawal: null,
    };
    expect(ask(slo, none)).toBe(1);
    expect(ask(slo, [record])).toBe(2);
    expect(ask({ ...slo, exclusions: [] }, [record])).toBe(1);
  });
});
