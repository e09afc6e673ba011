import { beforeEach, describe, expect, it } from "vitest";
import type { Probe, Schedule } from "../../../src/core/mesh.ts";
import { Agenda } from "../../../src/engine/agenda.ts";

const noonMs = Date.UTC(2026, 0, 5, 12);
const minuteMs = 60_000;

function probeOf(id: string, schedule: Schedule): Probe {
  return { id, datasetId: id, connection: "dwh", schedule, offsetMs: 0, checkIds: [`${id}/fresh`] };
}

/** Due at every full ten minutes; may be begun at any instant. */
const interval = probeOf("interval", { kind: "every", everyMs: 10 * minuteMs });
/** Due at half past every hour, and not before. */
const cron = probeOf("cron", { kind: "cron", expression: "30 * * * *", timezone: "UTC" });

function mapOf(...probes: readonly Probe[]): ReadonlyMap<string, Probe> {
  return new Map(probes.map((probe) => [probe.id, probe]));
}

const nothing: ReadonlyMap<string, number> = new Map();
const nobody: ReadonlySet<string> = new Set();

describe("the agenda", () => {
  let agenda: Agenda;
  beforeEach(() => {
    agenda = new Agenda();
  });

  /** `probe kind minutes-past-noon` of all that is due. */
  function due(minutes: number, busy: readonly string[] = []): readonly string[] {
    return agenda
      .dueAt(noonMs + minutes * minuteMs, new Set(busy))
      .map(({ slot }) => `${slot.probeId} ${slot.kind} ${(slot.dueMs - noonMs) / minuteMs}`);
  }

  /** What is due is claimed, too. */
  function claim(minutes: number): readonly string[] {
    const claimed = due(minutes);
    agenda.claimed(agenda.dueAt(noonMs + minutes * minuteMs, nobody));
    return claimed;
  }

  it("begins a new interval at once, and waits for a cron time", () => {
    agenda.start(mapOf(interval, cron), nothing, [], noonMs + 3 * minuteMs);
    expect(claim(3)).toEqual(["interval catch_up 3"]);
    expect(claim(4)).toEqual([]);
    expect(claim(10)).toEqual(["interval scheduled 10"]);
    expect(claim(20)).toEqual(["interval scheduled 20"]);
    expect(claim(30)).toEqual(["interval scheduled 30", "cron scheduled 30"]);
  });

  it("runs at once what it is told to, if it knows it", () => {
    const lastDue = new Map([["cron", noonMs - 30 * minuteMs]]);
    agenda.start(mapOf(cron), lastDue, ["cron", "gone"], noonMs + 3 * minuteMs);
    expect(claim(3)).toEqual(["cron catch_up 3"]);
    expect(claim(4)).toEqual([]);
    expect(claim(30)).toEqual(["cron scheduled 30"]);
  });

  it("has what is to be run at once wait for a busy dataset, and no due time", () => {
    agenda.start(mapOf(interval, cron), nothing, ["interval", "cron"], noonMs + 3 * minuteMs);
    expect(due(3, ["interval"])).toEqual(["cron catch_up 3"]);
    expect(due(4)).toEqual(["interval catch_up 4", "cron catch_up 4"]);
    expect(due(10, ["interval", "cron"])).toEqual(["interval scheduled 10"]);
  });

  it("goes on after the last due time", () => {
    const lastDue = new Map([
      ["interval", noonMs],
      ["cron", noonMs - 30 * minuteMs],
    ]);
    agenda.start(mapOf(interval, cron), lastDue, [], noonMs + 3 * minuteMs);
    expect(claim(3)).toEqual([]);
    expect(claim(10)).toEqual(["interval scheduled 10"]);
  });

  it("keeps what has not been claimed, be it due or to be run at once", () => {
    agenda.start(mapOf(interval), nothing, ["interval"], noonMs + 3 * minuteMs);
    expect(due(3)).toEqual(["interval catch_up 3"]);
    expect(due(4)).toEqual(["interval catch_up 4"]);
    expect(claim(10)).toEqual(["interval scheduled 10"]);
    expect(due(20)).toEqual(["interval scheduled 20"]);
    expect(agenda.dueAt(noonMs + 31 * minuteMs, nobody)).toMatchObject([
      { slot: { kind: "catch_up", dueMs: noonMs + 30 * minuteMs }, missed: { count: 1 } },
    ]);
  });

  it("takes a due time for one that was also to be run at once", () => {
    agenda.start(mapOf(interval), nothing, ["interval"], noonMs + 3 * minuteMs);
    expect(claim(10)).toEqual(["interval scheduled 10"]);
    expect(claim(11)).toEqual([]);
  });

  it("brings due times round again when the clock is set back", () => {
    agenda.start(mapOf(interval, cron), nothing, [], noonMs);
    claim(0);
    claim(30);
    agenda.setBack(noonMs - 55 * minuteMs);
    expect(due(-51)).toEqual([]);
    expect(claim(-50)).toEqual(["interval scheduled -50"]);
    expect(claim(-30)).toEqual(["interval catch_up -30", "cron scheduled -30"]);
  });

  describe("after a reload", () => {
    beforeEach(() => {
      agenda.start(mapOf(interval), nothing, [], noonMs);
      claim(0);
    });

    it("goes on with what it knows, and begins what is new", () => {
      const often = probeOf("often", { kind: "every", everyMs: minuteMs });
      agenda.reload(mapOf(interval, cron, often), ["interval"], noonMs + 90_000);
      expect(claim(1.5)).toEqual(["interval catch_up 1.5", "often catch_up 1.5"]);
      expect(claim(2)).toEqual(["often scheduled 2"]);
      expect(claim(10)).toEqual(["interval scheduled 10", "often catch_up 10"]);
    });

    it("forgets what is gone, also when that is claimed only afterwards", () => {
      const fallen = agenda.dueAt(noonMs + 10 * minuteMs, nobody);
      agenda.reload(mapOf(), ["interval"], noonMs + 10 * minuteMs);
      agenda.claimed(fallen);
      expect(due(20)).toEqual([]);
      agenda.reload(mapOf(interval), [], noonMs + 25 * minuteMs);
      expect(claim(25)).toEqual(["interval catch_up 25"]);
      expect(claim(26)).toEqual([]);
      expect(claim(30)).toEqual(["interval scheduled 30"]);
    });
  });
});
