import { describe, expect, it } from "vitest";
import type { Store } from "../../src/core/store.ts";
import { eraOf, exclusionOf, minute, runOf, sightingOf, t0 } from "./store-things.ts";

export function describeTimelines(store: () => Store): void {
  describe("timelines", () => {
    it("gives the runs of each check that end after an instant, oldest first", async () => {
      const later = runOf({ fromMs: t0 + 30 * minute, toMs: t0 + 50 * minute, state: "bad" });
      const other = runOf({ checkId: "a/b/c", toMs: t0 + 21 * minute });
      await store().timelines.put([later, runOf(), other]);
      expect(Object.fromEntries(await store().timelines.since(t0))).toEqual({
        "orders/orders/fresh": [runOf(), later],
        "a/b/c": [other],
      });
      expect(Object.fromEntries(await store().timelines.since(t0 + 20 * minute))).toEqual({
        "orders/orders/fresh": [later],
        "a/b/c": [other],
      });
      const asked = await store().timelines.since(t0, ["a/b/c", "a/b/unheard_of", 'o"\\d']);
      expect(Object.fromEntries(asked)).toEqual({ "a/b/c": [other] });
      expect(await store().timelines.since(t0, [])).toEqual(new Map());
    });

    it("replaces the run of the same check and start", async () => {
      await store().timelines.put([runOf()]);
      const longer = runOf({ toMs: t0 + 40 * minute, observedMs: t0 + 20 * minute });
      await store().timelines.put([longer]);
      expect((await store().timelines.since(t0)).get("orders/orders/fresh")).toEqual([longer]);
    });

    it("keeps the newest load time of a run, and none where there was none", async () => {
      const known = runOf({ newestMs: t0 - 12 * minute });
      const later = runOf({ fromMs: t0 + 30 * minute, toMs: t0 + 50 * minute });
      await store().timelines.put([known, later]);
      expect((await store().timelines.since(t0)).get("orders/orders/fresh")).toEqual([
        known,
        later,
      ]);
      await store().timelines.put([runOf()]);
      expect((await store().timelines.since(t0)).get("orders/orders/fresh")?.[0]).toEqual(runOf());
    });

    it("gives what was seen after an instant, and of each check the newest before", async () => {
      const seen = [
        sightingOf({ number: 1, observedMs: t0 }),
        sightingOf({ number: 2, observedMs: t0 + 10 * minute, newestMs: null }),
        sightingOf({ number: 3, observedMs: t0 + 20 * minute }),
        sightingOf({ number: 4, observedMs: t0 + 30 * minute }),
      ];
      const quiet = sightingOf({ checkId: "a/b/quiet", number: 7, observedMs: t0 - 99 * minute });
      await store().timelines.putSightings([...seen.toReversed(), quiet]);
      const since = async (ms: number) =>
        Object.fromEntries(await store().timelines.sightingsSince(ms));
      expect(await since(0)).toEqual({ "orders/orders/by_seven": seen, "a/b/quiet": [quiet] });
      expect(await since(t0 + 20 * minute)).toEqual({
        "orders/orders/by_seven": seen.slice(2),
        "a/b/quiet": [quiet],
      });
      expect(await since(t0 + 99 * minute)).toEqual({
        "orders/orders/by_seven": seen.slice(3),
        "a/b/quiet": [quiet],
      });
      for (const ms of [0, t0 + 99 * minute]) {
        const asked = await store().timelines.sightingsSince(ms, ["a/b/quiet", "a/b/unheard_of"]);
        expect(Object.fromEntries(asked)).toEqual({ "a/b/quiet": [quiet] });
      }
    });

    it("gives how deliveries were promised, calendars and all, and replaces an era of the same start", async () => {
      const later = eraOf({ fromMs: t0 + 10 * minute, generation: "77aa" });
      const everyDay = { ...later.sli, calendar: null, opensMs: 30 * minute };
      await store().timelines.putEras([later, eraOf()]);
      await store().timelines.putEras([{ ...later, sli: everyDay }]);
      expect(Object.fromEntries(await store().timelines.eras())).toEqual({
        "orders/orders/by_seven": [eraOf(), { ...later, sli: everyDay }],
      });
      const other = eraOf({ checkId: "a/b/c" });
      await store().timelines.putEras([other]);
      expect(Object.fromEntries(await store().timelines.eras(["a/b/c"]))).toEqual({
        "a/b/c": [other],
      });
    });

    it("replaces the sighting of the same check and number", async () => {
      await store().timelines.putSightings([sightingOf({ number: 1 })]);
      const again = sightingOf({ number: 1, observedMs: t0 + 20 * minute });
      await store().timelines.putSightings([again]);
      expect((await store().timelines.sightingsSince(0)).get("orders/orders/by_seven")).toEqual([
        again,
      ]);
    });

    it("remembers when each SLO was first loaded", async () => {
      await store().timelines.noteSlos(["orders/fresh"], t0);
      await store().timelines.noteSlos(["orders/fresh", "orders/whole"], t0 + minute);
      expect(Object.fromEntries(await store().timelines.sloSince())).toEqual({
        "orders/fresh": t0,
        "orders/whole": t0 + minute,
      });
    });
  });
}

export function describeExclusions(store: () => Store): void {
  describe("exclusions", () => {
    it("gives them back whole, oldest first", async () => {
      const first = exclusionOf({ id: "b", createdMs: t0, toMs: null });
      const second = exclusionOf({
        id: "a",
        createdMs: t0,
        target: "orders",
        mode: "good",
        reason: "“quoted”, \u2028 ☃",
        endedMs: t0 + 1,
        endedBy: "li",
        withdrawal: { atMs: t0 + 2, by: "ana", reason: "“The wrong SLO” ☃" },
      });
      const earlier = exclusionOf({ id: "c", createdMs: t0 - 1 });
      for (const one of [first, second, earlier]) {
        await store().exclusions.add(one);
      }
      expect(await store().exclusions.list()).toEqual([earlier, first, second]);
    });

    it("takes an id once, and no time that ends before it begins", async () => {
      await store().exclusions.add(exclusionOf());
      for (const refused of [
        exclusionOf({ reason: "another" }),
        exclusionOf({ id: "other", fromMs: t0, toMs: t0 }),
      ]) {
        await expect(store().exclusions.add(refused)).rejects.toMatchObject({
          code: "TM_INTERNAL",
        });
      }
      expect(await store().exclusions.list()).toEqual([exclusionOf()]);
    });

    it("ends one once, and says so", async () => {
      await store().exclusions.add(exclusionOf());
      expect(await store().exclusions.end("unknown", t0, "li")).toBe(false);
      expect(await store().exclusions.end("exc-1", t0 + minute, "li")).toBe(true);
      expect(await store().exclusions.end("exc-1", t0 + 2 * minute, "ana")).toBe(false);
      expect(await store().exclusions.list()).toEqual([
        exclusionOf({ endedMs: t0 + minute, endedBy: "li" }),
      ]);
    });

    it("withdraws one once, ended or not, and says so", async () => {
      const withdrawal = { atMs: t0 + 2 * minute, by: "ana", reason: "The wrong SLO." };
      const ended = { endedMs: t0 + minute, endedBy: "li" };
      await store().exclusions.add(exclusionOf());
      await store().exclusions.add(exclusionOf({ id: "exc-2", ...ended }));
      expect(await store().exclusions.withdraw("unknown", withdrawal)).toBe(false);
      expect(await store().exclusions.withdraw("exc-1", withdrawal)).toBe(true);
      expect(await store().exclusions.withdraw("exc-2", withdrawal)).toBe(true);
      const later = { ...withdrawal, atMs: t0 + 3 * minute, by: "li" };
      expect(await store().exclusions.withdraw("exc-1", later)).toBe(false);
      expect(await store().exclusions.end("exc-1", t0 + 3 * minute, "li")).toBe(false);
      expect(await store().exclusions.list()).toEqual([
        exclusionOf({ withdrawal }),
        exclusionOf({ id: "exc-2", ...ended, withdrawal }),
      ]);
    });
  });
}
