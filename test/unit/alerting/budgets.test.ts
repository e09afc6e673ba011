import { describe, expect, it } from "vitest";
import { endDay, endUndeclared, refuse } from "../../../src/alerting/budgets.ts";
import type { Move } from "../../../src/alerting/incidents.ts";
import type { ByteBudget } from "../../../src/core/cost.ts";
import type { Incident } from "../../../src/core/incident.ts";
import { subjectOf } from "./world.ts";

const noonMs = Date.UTC(2026, 0, 5, 12);
const midnightMs = Date.UTC(2026, 0, 6);
const hourMs = 3_600_000;
const dwh: ByteBudget = { scope: "connection", name: "dwh", maxBytesPerDay: 10_000_000_000 };
const id = "budget.connection.dwh.10000000000.checkout.2026-01-05";

function present(move: Move | null): Move {
  if (move === null) {
    throw new Error("nothing has moved");
  }
  return move;
}

const opened = (): Incident =>
  present(refuse([], { subject: subjectOf("a"), budget: dwh, atMs: noonMs })).incident;

describe("a spent budget", () => {
  it("opens one incident of the day, whatever the first check", () => {
    const move = present(refuse([], { subject: subjectOf("a"), budget: dwh, atMs: noonMs }));
    expect(move.change?.change).toBe("opened");
    expect(move.incident).toMatchObject({
      id,
      kind: "budget",
      product: "orders",
      owner: "checkout",
      alert: "page",
      sinceMs: noonMs,
      openedMs: noonMs,
      endedMs: null,
      checkIds: ["a"],
      changes: 1,
    });
  });

  it("takes in further checks of the owner without telling, and each of them once", () => {
    const atMs = noonMs + hourMs;
    const joined = present(refuse([opened()], { subject: subjectOf("b"), budget: dwh, atMs }));
    expect(joined).toMatchObject({
      change: null,
      incident: { id, checkIds: ["a", "b"], changes: 1 },
    });
    expect(refuse([joined.incident], { subject: subjectOf("a"), budget: dwh, atMs })).toBeNull();
  });

  it("tells a louder level that has not heard of it", () => {
    const quiet = { ...subjectOf("a"), alert: "ticket" } as const;
    const first = present(refuse([], { subject: quiet, budget: dwh, atMs: noonMs })).incident;
    const raised = present(refuse([first], { subject: subjectOf("b"), budget: dwh, atMs: noonMs }));
    expect(raised.change?.change).toBe("joined");
    expect(raised.incident).toMatchObject({ alert: "page", toldLevels: ["ticket", "page"] });
  });

  it("names no more than fifty of the checks that it stops, but for a louder one", () => {
    const quiet = (name: string) => ({ ...subjectOf(name), alert: "ticket" }) as const;
    let incident: Incident | null = null;
    for (let check = 0; check < 60; check += 1) {
      const refused = { subject: quiet(`check-${check}`), budget: dwh, atMs: noonMs };
      incident = refuse(incident === null ? [] : [incident], refused)?.incident ?? incident;
    }
    expect(incident?.checkIds).toHaveLength(50);
    const loud = { subject: subjectOf("loud"), budget: dwh, atMs: noonMs };
    const raised = present(refuse(incident === null ? [] : [incident], loud));
    expect(raised.change?.change).toBe("joined");
    expect(raised.incident.checkIds).toContain("loud");
  });

  it("is another incident for another owner, budget, size and day", () => {
    const subject = subjectOf("a");
    const others = [
      { subject: { ...subject, owner: "desk" }, budget: dwh, atMs: noonMs },
      { subject, budget: { ...dwh, name: "lake" }, atMs: noonMs },
      { subject, budget: { ...dwh, scope: "product" as const }, atMs: noonMs },
      { subject, budget: { ...dwh, maxBytesPerDay: 1 }, atMs: noonMs },
      { subject, budget: dwh, atMs: midnightMs },
    ];
    const ids = others.map((refused) => present(refuse([opened()], refused)).incident.id);
    expect(new Set([id, ...ids]).size).toBe(6);
  });

  it("ends with the UTC day, and not before", () => {
    expect(endDay([opened()], midnightMs - 1)).toEqual([]);
    const [ended] = endDay([opened()], midnightMs + hourMs);
    expect(ended?.change?.change).toBe("resolved");
    expect(ended?.incident).toMatchObject({
      ending: "resolved",
      endedMs: midnightMs,
      checkIds: [],
    });
  });

  it("leaves incidents of other kinds alone", () => {
    const broken: Incident = { ...opened(), id: "x", kind: "broken" };
    expect(endDay([broken], midnightMs)).toEqual([]);
    expect(endUndeclared([broken], [], noonMs)).toEqual([]);
  });

  it("is withdrawn where the budget is declared no more, or with another size", () => {
    expect(endUndeclared([opened()], [dwh], noonMs)).toEqual([]);
    for (const declared of [[], [{ ...dwh, maxBytesPerDay: 20_000_000_000 }]]) {
      const [ended] = endUndeclared([opened()], declared, noonMs + 1);
      expect(ended?.incident).toMatchObject({ ending: "withdrawn", endedMs: noonMs + 1 });
    }
  });
});
