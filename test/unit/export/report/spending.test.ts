import { describe, expect, it } from "vitest";
import type { Incident } from "../../../../src/core/incident.ts";
import type { Interval } from "../../../../src/core/timeline.ts";
import type { Attribution } from "../../../../src/export/report/document.ts";
import { blindnessOf, spendingOf } from "../../../../src/export/report/spending.ts";
import type { SloStatus } from "../../../../src/slo/evaluate.ts";
import { freshSlo, incidentOf } from "./october.ts";

type Stretch = readonly [fromHour: number, toHour: number, state: Interval["state"]];

const hourMs = 3_600_000;

function statusOf(unit: SloStatus["unit"], stretches: readonly Stretch[]): SloStatus {
  const timeline = stretches.map(([from, to, state]) => ({
    fromMs: from * hourMs,
    toMs: to * hourMs,
    state,
  }));
  return { ...freshSlo.status, unit, timeline };
}

function incident(id: string, since: number, until: number | null, kind = "broken"): Incident {
  return incidentOf({
    id,
    kind: kind === "broken" ? "broken" : "blind",
    sinceMs: since * hourMs,
    endedMs: until === null ? null : until * hourMs,
  });
}

/** Ids with amount and excused, and what is outside; hours of time. */
function told({ incidents, outside }: Attribution, unitMs = hourMs) {
  return [
    ...incidents.map((one) => [one.incident.id, one.amount / unitMs, one.excused / unitMs]),
    outside / unitMs,
  ];
}

describe("what spent a budget of time", () => {
  const status = statusOf("time", [
    [0, 10, "good"],
    [10, 16, "bad"],
    [16, 20, "unknown"],
    [20, 22, "bad"],
    [22, 24, "good"],
  ]);
  const spent = (...incidents: readonly Incident[]) => told(spendingOf(status, status, incidents));

  it("belongs to the incidents that were open meanwhile, the costliest first", () => {
    expect(spent(incident("b", 20, 22), incident("a", 10, 16))).toEqual([
      ["a", 6, 0],
      ["b", 2, 0],
      0,
    ]);
  });

  it("belongs to none where none was open", () => {
    expect(spent()).toEqual([8]);
    expect(spent(incident("a", 11, 15))).toEqual([["a", 4, 0], 4]);
  });

  it("counts for each of two incidents, and once against what is outside", () => {
    expect(spent(incident("a", 10, 14), incident("b", 12, 16))).toEqual([
      ["a", 4, 0],
      ["b", 4, 0],
      2,
    ]);
    expect(spent(incident("a", 10, 16), incident("b", 11, 12), incident("c", 11, 13))).toEqual([
      ["a", 6, 0],
      ["c", 2, 0],
      ["b", 1, 0],
      2,
    ]);
  });

  it("goes on with an incident that is still open", () => {
    expect(spent(incident("a", 15, null))).toEqual([["a", 3, 0], 5]);
  });

  it("is what lies in the period of an incident that began before or ended after", () => {
    const cut = statusOf("time", [
      [12, 14, "bad"],
      [14, 20, "good"],
      [20, 22, "bad"],
    ]);
    const found = spendingOf(cut, cut, [incident("a", 2, 13), incident("b", 21, 99)]);
    expect(told(found)).toEqual([["a", 1, 0], ["b", 1, 0], 2]);
  });

  it("names no incident that spent nothing: before, after or between, or in good time", () => {
    const idle = [incident("a", 1, 10), incident("b", 16, 20), incident("c", 22, 30)];
    expect(spent(...idle, incident("d", 10, 16), incident("e", 13, 13))).toEqual([["d", 6, 0], 2]);
  });

  it("names equal ones by when they began, then by id", () => {
    const found = spent(incident("c", 20, 21), incident("b", 10, 11), incident("a", 20, 21));
    expect(found).toEqual([["b", 1, 0], ["a", 1, 0], ["c", 1, 0], 6]);
  });

  it("is not spent by blindness, which spends nothing", () => {
    expect(spent(incident("a", 10, 22, "blind"))).toEqual([8]);
  });

  it("names an incident of which all was excused, with what that was", () => {
    const excused = statusOf("time", [
      [0, 10, "good"],
      [10, 14, "good"],
      [14, 15, "excluded"],
      [15, 16, "bad"],
      [16, 20, "unknown"],
      [20, 22, "good"],
    ]);
    const found = spendingOf(excused, status, [incident("a", 10, 16), incident("b", 20, 23)]);
    expect(told(found)).toEqual([["a", 1, 5], ["b", 0, 2], 0]);
  });
});

describe("why time is not known", () => {
  const status = statusOf("time", [
    [0, 10, "good"],
    [10, 16, "unknown"],
    [16, 20, "bad"],
  ]);

  it("is that a check did not answer, where an incident says so", () => {
    const found = blindnessOf(status, status, [
      incident("a", 11, 18, "blind"),
      incident("b", 10, 16),
      incident("c", 1, 3, "blind"),
    ]);
    expect(told(found)).toEqual([["a", 5, 0], 1]);
  });
});

describe("what spent a budget of deliveries", () => {
  /** From opening to deadline, which is what counts. */
  const status = statusOf("deliveries", [
    [0, 7, "good"],
    [24, 31, "bad"],
    [48, 55, "bad"],
    [72, 79, "unknown"],
    [96, 103, "bad"],
  ]);

  it("is each missed delivery whose deadline an incident was open at, from that deadline on", () => {
    const incidents = [incident("a", 31, 60), incident("b", 103, null), incident("c", 79, 80)];
    expect(told(spendingOf(status, status, incidents), 1)).toEqual([["a", 2, 0], ["b", 1, 0], 0]);
  });

  it("is none whose deadline came as the incident ended, or before it began", () => {
    expect(told(spendingOf(status, status, [incident("a", 32, 55)]), 1)).toEqual([3]);
  });

  it("counts one that two incidents share once against what is outside", () => {
    const incidents = [incident("a", 31, 40), incident("b", 30, 33)];
    expect(told(spendingOf(status, status, incidents), 1)).toEqual([["b", 1, 0], ["a", 1, 0], 2]);
  });

  it("is not known while a check did not answer", () => {
    const found = blindnessOf(status, status, [incident("a", 70, 90, "blind")]);
    expect(told(found, 1)).toEqual([["a", 1, 0], 0]);
  });
});
