import { describe, expect, it } from "vitest";
import type { AlertSubject } from "../../../src/alerting/incidents.ts";
import { minute, subjectOf, World } from "./world.ts";

const fresh = subjectOf("orders/orders/fresh");
const punctual = subjectOf("orders/orders/punctual");
const enough: AlertSubject = { ...subjectOf("orders/orders/enough"), dimension: "completeness" };
const other: AlertSubject = { ...subjectOf("orders/items/fresh"), datasetId: "orders/items" };

describe("a check that fails", () => {
  it("is suspect after the first fail, and is to be probed again after a minute", () => {
    const world = new World();
    const step = world.observe(fresh, "fail", 10 * minute);
    expect(step).toEqual({
      state: {
        checkId: "orders/orders/fresh",
        generation: "g1",
        phase: "suspect",
        sinceMs: 600_000,
        incidentId: null,
        erroringSinceMs: null,
        blindIncidentId: null,
      },
      incidents: [],
      changes: [],
      confirmAtMs: 660_000,
    });
  });

  it("opens an incident with the next conclusive fail, since the first failed observation", () => {
    const world = new World();
    world.observe(fresh, "fail", 10 * minute);
    const step = world.observe(fresh, "fail", 11 * minute);
    const incident = {
      id: "incident-1",
      kind: "broken",
      product: "orders",
      datasetId: "orders/orders",
      dimension: "timeliness",
      alert: "page",
      toldLevels: ["page"],
      owner: "checkout",
      sinceMs: 600_000,
      openedMs: 660_000,
      endedMs: null,
      ending: null,
      checkIds: ["orders/orders/fresh"],
      changes: 1,
    };
    expect(step.incidents).toEqual([incident]);
    expect(step.changes).toEqual([{ incident, change: "opened", checkId: "orders/orders/fresh" }]);
    expect(step.state).toMatchObject({ phase: "failing", incidentId: "incident-1" });
    expect(step.confirmAtMs).toBeNull();
  });

  it.each(["pass", "warn"] as const)("is no longer suspect after a %s", (good) => {
    const world = new World();
    world.observe(fresh, "fail", 0);
    world.observe(fresh, good, minute);
    expect(world.state(fresh)).toMatchObject({ phase: "ok", sinceMs: null });
    expect(world.observe(fresh, "fail", 2 * minute).changes).toEqual([]);
  });

  it.each(["error", "skip"] as const)("stays suspect through a %s", (silent) => {
    const world = new World();
    world.observe(fresh, "fail", 0);
    world.observe(fresh, silent, minute);
    world.observe(fresh, "fail", 15 * minute);
    expect(world.told).toEqual(["opened orders/orders/fresh"]);
    expect(world.incident("incident-1").sinceMs).toBe(0);
  });

  it("tells nothing more while it goes on failing", () => {
    const world = new World();
    world.fail(fresh, 0);
    world.observe(fresh, "fail", 15 * minute);
    world.observe(fresh, "fail", 30 * minute);
    expect(world.told).toEqual(["opened orders/orders/fresh"]);
  });

  it.each(["pass", "warn"] as const)("resolves its incident with a %s", (good) => {
    const world = new World();
    world.fail(fresh, 0);
    world.observe(fresh, good, 15 * minute);
    expect(world.told).toEqual(["opened orders/orders/fresh", "resolved orders/orders/fresh"]);
    expect(world.incident("incident-1")).toMatchObject({
      endedMs: 900_000,
      ending: "resolved",
      checkIds: [],
      changes: 2,
    });
  });

  it.each(["error", "skip"] as const)("stays failing through a %s", (silent) => {
    const world = new World();
    world.fail(fresh, 0);
    world.observe(fresh, silent, 15 * minute);
    expect(world.open).toHaveLength(1);
    expect(world.state(fresh)).toMatchObject({ phase: "failing", incidentId: "incident-1" });
  });

  it("keeps an incident at alert level none", () => {
    const world = new World();
    world.fail({ ...fresh, alert: "none" }, 0);
    expect(world.incident("incident-1")).toMatchObject({ alert: "none", endedMs: null });
  });

  it("opens a new incident when it fails again", () => {
    const world = new World();
    world.fail(fresh, 0);
    world.observe(fresh, "pass", 15 * minute);
    world.fail(fresh, 30 * minute);
    expect(world.open.map((incident) => incident.id)).toEqual(["incident-2"]);
  });
});

describe("checks of one cause", () => {
  it("share an incident, which is resolved by the last of them", () => {
    const world = new World();
    world.fail(fresh, 0);
    world.fail(punctual, 5 * minute);
    expect(world.incident("incident-1").checkIds).toEqual([fresh.checkId, punctual.checkId]);
    world.observe(fresh, "pass", 15 * minute);
    expect(world.incident("incident-1").checkIds).toEqual([punctual.checkId]);
    world.observe(punctual, "pass", 30 * minute);
    expect(world.told).toEqual([
      "opened orders/orders/fresh",
      "joined orders/orders/punctual",
      "left orders/orders/fresh",
      "resolved orders/orders/punctual",
    ]);
  });

  it("raise the incident's alert level when the joining check is louder", () => {
    const world = new World();
    world.fail({ ...fresh, alert: "ticket" }, 0);
    world.fail(punctual, 5 * minute);
    expect(world.incident("incident-1")).toMatchObject({
      alert: "page",
      toldLevels: ["ticket", "page"],
    });
  });

  it("are told to nobody while all are at level none, and to the tickets once one is louder", () => {
    const world = new World();
    world.fail({ ...fresh, alert: "none" }, 0);
    expect(world.incident("incident-1").toldLevels).toEqual([]);
    world.fail({ ...punctual, alert: "ticket" }, 5 * minute);
    expect(world.incident("incident-1").toldLevels).toEqual(["ticket"]);
  });

  it("do not lower it when the joining check is quieter", () => {
    const world = new World();
    world.fail(fresh, 0);
    world.fail({ ...punctual, alert: "none" }, 5 * minute);
    expect(world.incident("incident-1").alert).toBe("page");
  });

  it.each([
    ["another dimension", enough],
    ["another dataset", other],
    ["another product", { ...subjectOf("returns/returns/fresh"), product: "returns" }],
  ])("are another incident with %s", (_, subject) => {
    const world = new World();
    world.fail(fresh, 0);
    world.fail(subject, 5 * minute);
    expect(world.open.map((incident) => incident.checkIds)).toEqual([
      [fresh.checkId],
      [subject.checkId],
    ]);
  });
});

describe("a check that cannot be measured", () => {
  it("opens a blind incident once the error has lasted three cadences", () => {
    const world = new World();
    for (const cadence of [0, 1, 2]) {
      world.observe(fresh, "error", cadence * 15 * minute);
    }
    expect(world.open).toEqual([]);
    world.observe(fresh, "error", 45 * minute);
    expect(world.open).toMatchObject([
      { kind: "blind", sinceMs: 0, openedMs: 45 * minute, checkIds: [fresh.checkId] },
    ]);
    expect(world.state(fresh)).toMatchObject({ phase: "ok", blindIncidentId: "incident-1" });
  });

  it("is told on the fourth error although that came two seconds early", () => {
    const world = new World();
    world.observe(fresh, "error", 2000);
    world.observe(fresh, "error", 45 * minute);
    expect(world.told).toEqual(["opened orders/orders/fresh"]);
  });

  it("is told once for all checks of the cause, until all of them give an answer again", () => {
    const world = new World();
    world.blind(fresh, 0);
    world.blind(punctual, minute);
    world.observe(fresh, "error", 120 * minute);
    expect(world.open[0]?.checkIds).toEqual([fresh.checkId, punctual.checkId]);
    world.observe(fresh, "pass", 135 * minute);
    expect(world.told).toEqual(["opened orders/orders/fresh"]);
    world.observe(punctual, "pass", 136 * minute);
    expect(world.told).toEqual(["opened orders/orders/fresh", "resolved orders/orders/punctual"]);
  });

  it("is told again when a louder check goes blind too, because nobody there has heard of it", () => {
    const world = new World();
    world.blind({ ...fresh, alert: "ticket" }, 0);
    world.blind(punctual, minute);
    expect(world.told).toEqual(["opened orders/orders/fresh", "joined orders/orders/punctual"]);
    expect(world.incident("incident-1")).toMatchObject({
      alert: "page",
      toldLevels: ["ticket", "page"],
      changes: 2,
    });
  });

  it("counts from anew after a conclusive result", () => {
    const world = new World();
    world.observe(fresh, "error", 0);
    world.observe(fresh, "pass", 15 * minute);
    world.observe(fresh, "error", 45 * minute);
    expect(world.open).toEqual([]);
  });

  it("goes on counting through a skip", () => {
    const world = new World();
    world.observe(fresh, "error", 0);
    world.observe(fresh, "skip", 15 * minute);
    world.observe(fresh, "error", 45 * minute);
    expect(world.open).toHaveLength(1);
  });

  it("has a blind incident beside its broken one, and a fail ends the blind one alone", () => {
    const world = new World();
    world.fail(fresh, 0);
    world.blind(fresh, 15 * minute);
    expect(world.open.map((incident) => incident.kind)).toEqual(["broken", "blind"]);
    world.observe(fresh, "fail", 120 * minute);
    expect(world.open.map((incident) => incident.kind)).toEqual(["broken"]);
    expect(world.told.at(-1)).toBe("resolved orders/orders/fresh");
  });
});

describe("a check whose generation changes", () => {
  const changed: AlertSubject = { ...fresh, generation: "g2" };

  it("is no longer suspect, so that its next fail is a first one", () => {
    const world = new World();
    world.observe(fresh, "fail", 0);
    const step = world.observe(changed, "fail", minute);
    expect(step.changes).toEqual([]);
    expect(step.state).toMatchObject({ phase: "suspect", generation: "g2", sinceMs: minute });
    expect(step.confirmAtMs).toBe(2 * minute);
  });

  it("stays failing until its next conclusive result", () => {
    const world = new World();
    world.fail(fresh, 0);
    world.observe(changed, "error", 15 * minute);
    expect(world.state(changed)).toMatchObject({ phase: "failing", sinceMs: 0, generation: "g2" });
    world.observe(changed, "fail", 30 * minute);
    expect(world.told).toEqual(["opened orders/orders/fresh"]);
    world.observe(changed, "pass", 45 * minute);
    expect(world.told).toEqual(["opened orders/orders/fresh", "resolved orders/orders/fresh"]);
  });

  it("starts its count of errors from anew", () => {
    const world = new World();
    world.observe(fresh, "error", 0);
    world.observe(changed, "error", 45 * minute);
    expect(world.open).toEqual([]);
  });

  it("leaves the old incident when its cause is another one, and is suspect of the new", () => {
    const world = new World();
    world.fail(fresh, 0);
    const step = world.observe({ ...changed, dimension: "completeness" }, "fail", 15 * minute);
    expect(world.told.at(-1)).toBe("withdrawn orders/orders/fresh");
    expect(step.state).toMatchObject({ phase: "suspect", sinceMs: 15 * minute });
  });
});

describe("a check that is removed", () => {
  it("withdraws the incident that it alone kept open", () => {
    const world = new World();
    world.fail(fresh, 0);
    world.withdraw(fresh, 20 * minute);
    expect(world.told.at(-1)).toBe("withdrawn orders/orders/fresh");
    expect(world.incident("incident-1")).toMatchObject({
      ending: "withdrawn",
      endedMs: 20 * minute,
    });
  });

  it("leaves the incident that another check keeps open", () => {
    const world = new World();
    world.fail(fresh, 0);
    world.fail(punctual, 5 * minute);
    world.withdraw(fresh, 20 * minute);
    expect(world.told.at(-1)).toBe("left orders/orders/fresh");
    expect(world.incident("incident-1")).toMatchObject({
      ending: null,
      checkIds: [punctual.checkId],
    });
  });

  it("ends its broken and its blind incident", () => {
    const world = new World();
    world.fail(fresh, 0);
    world.blind(fresh, 15 * minute);
    world.withdraw(fresh, 120 * minute);
    expect(world.open).toEqual([]);
  });

  it("changes nothing when it was well", () => {
    const world = new World();
    world.observe(fresh, "fail", 0);
    expect(world.withdraw(fresh, minute)).toMatchObject({ incidents: [], changes: [] });
  });
});

describe("observations out of order", () => {
  it("does not take a repeated fail for its own confirmation", () => {
    const world = new World();
    world.observe(fresh, "fail", 10 * minute);
    const repeated = world.observe(fresh, "fail", 10 * minute);
    expect(repeated.changes).toEqual([]);
    expect(repeated.confirmAtMs).toBe(11 * minute);
  });

  it("does not let a late pass end a failure that began after it", () => {
    const world = new World();
    world.fail(fresh, 10 * minute);
    world.observe(fresh, "pass", 9 * minute);
    expect(world.open).toHaveLength(1);
  });

  it("takes a pass from a clock that was put back a day", () => {
    const day = 24 * 60 * minute;
    const world = new World();
    world.fail(fresh, 2 * day);
    world.observe(fresh, "pass", day);
    expect(world.incident("incident-1")).toMatchObject({
      ending: "resolved",
      endedMs: 2 * day + minute,
    });
  });

  it("confirms a fail after a clock that was put back an hour", () => {
    const world = new World();
    world.observe(fresh, "fail", 120 * minute);
    world.observe(fresh, "fail", 61 * minute);
    world.observe(fresh, "fail", 62 * minute);
    expect(world.incident("incident-1").sinceMs).toBe(61 * minute);
  });
});
