import { describe, expect, it } from "vitest";
import type { Renames } from "../../src/core/mesh.ts";
import type { Store } from "../../src/core/store.ts";
import {
  claimOne,
  exclusionOf,
  incidentOf,
  minute,
  newSlot,
  resultOf,
  runOf,
  sightingOf,
  stateOf,
  t0,
} from "./store-things.ts";

function renamesOf(changes: Partial<Record<keyof Renames, Readonly<Record<string, string>>>>) {
  const { products = {}, datasets = {}, checks = {}, slos = {} } = changes;
  return {
    products: new Map(Object.entries(products)),
    datasets: new Map(Object.entries(datasets)),
    checks: new Map(Object.entries(checks)),
    slos: new Map(Object.entries(slos)),
  };
}

/** A little of everything that is kept of the product `orders`, and of another one; returns the number of rows. */
async function fill(store: Store): Promise<number> {
  const ended = await claimOne(store, t0);
  await store.slots.end([ended], "done", t0);
  await store.slots.schedule(
    newSlot({ kind: "confirm", dueMs: t0 + minute, checkIds: ["orders/orders/fresh"] }),
  );
  await store.slots.recordMissed(
    { probeId: "orders/orders@15m", datasetId: "orders/orders", fromMs: 1, toMs: 2, count: 2 },
    t0,
  );
  await store.results.append([resultOf(ended)]);
  await store.timelines.put([runOf()]);
  await store.timelines.putSightings([sightingOf()]);
  await store.timelines.noteSlos(["orders/fresh"], t0);
  await store.incidents.put(incidentOf());
  await store.incidents.putStates([stateOf()]);
  await store.exclusions.add(exclusionOf());
  await store.exclusions.add(exclusionOf({ id: "exc-2", target: "orders" }));
  const rows = 11;
  await store.timelines.put([runOf({ checkId: "orders-archive/orders/fresh" })]);
  await store.timelines.noteSlos(["orders-archive/fresh"], t0);
  await store.exclusions.add(exclusionOf({ id: "exc-3", target: "orders-archive" }));
  return rows;
}

export function describeRenames(store: () => Store): void {
  describe("renaming", () => {
    it("gives all that is kept of a product its new name, and touches no other product", async () => {
      const rows = await fill(store());
      const renames = renamesOf({ products: { orders: "sales" } });
      expect(await store().rename(renames)).toBe(rows);
      expect(await store().rename(renames)).toBe(0);

      expect([...(await store().results.latest()).keys()]).toEqual(["sales/orders/fresh"]);
      expect([...(await store().results.lastConclusive()).keys()]).toEqual(["sales/orders/fresh"]);
      expect([...(await store().timelines.since(0)).keys()]).toEqual([
        "orders-archive/orders/fresh",
        "sales/orders/fresh",
      ]);
      expect([...(await store().timelines.sightingsSince(0)).keys()]).toEqual([
        "sales/orders/by_seven",
      ]);
      expect(Object.fromEntries(await store().timelines.sloSince())).toEqual({
        "orders-archive/fresh": t0,
        "sales/fresh": t0,
      });
      expect(await store().incidents.open()).toEqual([
        incidentOf({
          product: "sales",
          datasetId: "sales/orders",
          checkIds: ["sales/orders/fresh"],
        }),
      ]);
      expect([...(await store().incidents.states()).values()]).toEqual([
        stateOf({ checkId: "sales/orders/fresh" }),
      ]);
      expect((await store().exclusions.list()).map(({ target }) => target)).toEqual([
        "sales/fresh",
        "sales",
        "orders-archive",
      ]);
      expect(Object.fromEntries(await store().slots.lastDue())).toEqual({ "sales/orders@15m": t0 });
      expect(await store().slots.claimScheduled(t0 + minute, new Set(), 9)).toMatchObject([
        {
          probeId: "sales/orders@15m",
          datasetId: "sales/orders",
          checkIds: ["sales/orders/fresh"],
        },
      ]);
    });

    it("renames one dataset with its probes and checks, and no SLO", async () => {
      await fill(store());
      await store().rename(renamesOf({ datasets: { "orders/orders": "orders/lines" } }));
      expect([...(await store().results.latest()).keys()]).toEqual(["orders/lines/fresh"]);
      expect([...(await store().slots.lastDue()).keys()]).toEqual(["orders/lines@15m"]);
      expect(await store().incidents.open()).toMatchObject([
        { product: "orders", datasetId: "orders/lines", checkIds: ["orders/lines/fresh"] },
      ]);
      expect([...(await store().timelines.sloSince()).keys()]).toContain("orders/fresh");
    });

    it("renames one check in the lists of its dataset too", async () => {
      await fill(store());
      await store().rename(
        renamesOf({ checks: { "orders/orders/fresh": "orders/orders/not_stale" } }),
      );
      expect([...(await store().incidents.states()).keys()]).toEqual(["orders/orders/not_stale"]);
      expect((await store().incidents.open())[0]?.checkIds).toEqual(["orders/orders/not_stale"]);
      const [confirmation] = await store().slots.claimScheduled(t0 + minute, new Set(), 9);
      expect(confirmation).toMatchObject({
        probeId: "orders/orders@15m",
        checkIds: ["orders/orders/not_stale"],
      });
      expect([...(await store().timelines.sightingsSince(0)).keys()]).toEqual([
        "orders/orders/by_seven",
      ]);
    });

    it("renames an SLO with the exclusions that name it", async () => {
      await fill(store());
      const renames = renamesOf({ slos: { "orders/fresh": "orders/on_time" } });
      expect(await store().rename(renames)).toBe(2);
      expect((await store().timelines.sloSince()).get("orders/on_time")).toBe(t0);
      expect((await store().exclusions.list()).map(({ target }) => target)).toEqual([
        "orders/on_time",
        "orders",
        "orders-archive",
      ]);
    });

    it("follows a check through new names of its product and dataset, told by old names or new", async () => {
      await store().timelines.put([
        runOf({ checkId: "orders/orders/fresh" }),
        runOf({ checkId: "orders/orders/enough" }),
      ]);
      await store().rename(
        renamesOf({
          products: { orders: "sales" },
          datasets: { "orders/orders": "sales/lines" },
          checks: { "sales/lines/fresh": "sales/lines/not_stale" },
        }),
      );
      expect([...(await store().timelines.since(0)).keys()]).toEqual([
        "sales/lines/enough",
        "sales/lines/not_stale",
      ]);
    });

    it("leaves both histories alone where the new id has one", async () => {
      const slotId = await claimOne(store(), t0);
      await store().results.append([resultOf(slotId)]);
      await store().timelines.put([runOf(), runOf({ checkId: "sales/orders/fresh", fromMs: 5 })]);
      await store().timelines.noteSlos(["orders/fresh", "orders/whole", "sales/fresh"], t0);
      await store().exclusions.add(exclusionOf());
      await store().rename(renamesOf({ products: { orders: "sales" } }));
      expect([...(await store().results.latest()).keys()]).toEqual(["orders/orders/fresh"]);
      expect([...(await store().timelines.since(0)).keys()]).toEqual([
        "orders/orders/fresh",
        "sales/orders/fresh",
      ]);
      expect([...(await store().timelines.sloSince()).keys()].toSorted()).toEqual([
        "orders/fresh",
        "sales/fresh",
        "sales/whole",
      ]);
      expect(await store().exclusions.list()).toEqual([exclusionOf()]);
    });

    it("moves nothing by a name that is old and new at once", async () => {
      await fill(store());
      expect(await store().rename(renamesOf({ products: { orders: "b", b: "orders" } }))).toBe(0);
      expect(await store().rename(renamesOf({}))).toBe(0);
      expect([...(await store().results.latest()).keys()]).toEqual(["orders/orders/fresh"]);
    });
  });
}
