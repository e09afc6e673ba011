import { expect, it } from "vitest";
import type { ResultRecord } from "../../../src/core/store.ts";
import { lookOf } from "../../../src/engine/looks.ts";
import { WatchState } from "../../../src/engine/state.ts";
import { checkIn, meshOf, present } from "./mesh-of.ts";

const product = `version: 1
product: orders
owner: shop
tier: silver
datasets:
  orders:
    files: orders.csv
    schedule: { every: 3d }
    columns: { loaded_at: { type: timestamp } }
    checks: { fresh: { type: freshness, column: loaded_at, max_age: 1h } }
`;

it("a check that a budget kept from being measured is looked at when the next UTC day begins", async () => {
  const mesh = await meshOf([product]);
  const check = checkIn(mesh, "orders/orders/fresh");
  const probe = present([...mesh.probes.values()][0], "probe");
  const noonMs = Date.UTC(2026, 0, 5, 12);
  const record: ResultRecord = {
    checkId: check.id,
    generation: check.generation,
    slotId: 1,
    atMs: noonMs,
    nextDueMs: noonMs,
    holdMs: 0,
    durationMs: 1,
    evidence: null,
    result: {
      outcome: "error",
      summary: "Spent.",
      measured: {},
      expected: {},
      failure: { kind: "budget", message: "Spent.", code: "connection:files" },
    },
  };
  const state = new WatchState();
  state.apply({
    records: [record],
    runs: [],
    sightings: [],
    alertStates: [],
    removedCheckIds: [],
    incidents: [],
  });
  expect(lookOf(check, probe, state, noonMs)).toEqual({
    dueMs: Date.UTC(2026, 0, 6),
    kind: "just_in_time",
  });
});
