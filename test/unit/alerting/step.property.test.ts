import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AlertSubject, IncidentChange } from "../../../src/alerting/incidents.ts";
import { step } from "../../../src/alerting/step.ts";
import { outcomes } from "../../../src/core/vocabulary.ts";
import { minute, subjectOf, World } from "./world.ts";

// A short cadence, so that errors often last three of them.
const cadenceMs = 4 * minute;
const subjects: readonly AlertSubject[] = [
  { ...subjectOf("orders/orders/fresh"), cadenceMs },
  { ...subjectOf("orders/orders/punctual"), cadenceMs, alert: "ticket" },
  { ...subjectOf("orders/orders/enough"), cadenceMs, dimension: "completeness", alert: "none" },
];

const events = fc.array(
  fc.record({
    check: fc.nat({ max: subjects.length - 1 }),
    // Backwards now and then, as a clock or a late result may be.
    minutesOn: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 10 }) },
      { weight: 1, arbitrary: fc.integer({ min: -20, max: -1 }) },
    ),
    // Fails and errors come in rows, so that incidents are joined before they are over.
    what: fc.oneof(
      { weight: 5, arbitrary: fc.constant("fail" as const) },
      { weight: 4, arbitrary: fc.constant("error" as const) },
      { weight: 4, arbitrary: fc.constantFrom(...outcomes, "removed" as const) },
    ),
    generation: fc.oneof(
      { weight: 19, arbitrary: fc.constant("g1") },
      { weight: 1, arbitrary: fc.constant("g2") },
    ),
  }),
  { maxLength: 80, size: "max" },
);

/** Enough that every kind of change, of broken and blind incidents, occurs many times. */
const runs = { numRuns: 300 };

interface Event {
  readonly check: number;
  readonly minutesOn: number;
  readonly what: (typeof outcomes)[number] | "removed";
  readonly generation: string;
}

function play(sequence: readonly Event[]): World {
  const world = new World();
  let atMs = 1_000_000 * minute;
  for (const { check, minutesOn, what, generation } of sequence) {
    const subject = { ...(subjects[check] ?? subjectOf("none")), generation };
    atMs += minutesOn * minute;
    if (what === "removed") {
      world.withdraw(subject, atMs);
    } else {
      world.observe(subject, what, atMs);
    }
  }
  return world;
}

function isOfBroken({ incident }: IncidentChange): boolean {
  return incident.kind === "broken";
}

/** The changes told of each incident, in order. */
function changesByIncident(world: World): ReadonlyMap<string, readonly string[]> {
  const byIncident = new Map<string, string[]>();
  for (const { incident, change } of world.steps.flatMap((taken) => taken.changes)) {
    byIncident.set(incident.id, [...(byIncident.get(incident.id) ?? []), change]);
  }
  return byIncident;
}

describe("for any sequence of results and removals", () => {
  it("each incident is opened once, first, and ends at most once, last", () => {
    fc.assert(
      fc.property(events, (sequence) => {
        const world = play(sequence);
        const told = changesByIncident(world);
        expect([...told.keys()].sort()).toEqual(world.incidents.map(({ id }) => id).sort());
        for (const incident of world.incidents) {
          const changes = told.get(incident.id)?.join(" ");
          expect(changes).toMatch(/^opened( joined| left)*( resolved| withdrawn)?$/);
          expect(/(resolved|withdrawn)$/.test(changes ?? "")).toBe(incident.endedMs !== null);
        }
      }),
      runs,
    );
  });

  it("a check joins only when it is out, and leaves only when it is in", () => {
    fc.assert(
      fc.property(events, (sequence) => {
        const inside = new Map<string, ReadonlySet<string>>();
        const told = play(sequence).steps.flatMap((taken) => taken.changes);
        for (const { incident, change, checkId } of told.filter(isOfBroken)) {
          const before = inside.get(incident.id) ?? new Set();
          const enters = change === "opened" || change === "joined";
          expect(before.has(checkId)).toBe(!enters);
          inside.set(incident.id, new Set(incident.checkIds));
          expect(incident.checkIds.includes(checkId)).toBe(enters);
        }
      }),
      runs,
    );
  });

  it("an open incident holds exactly the checks that are failing, or blind, of its cause", () => {
    fc.assert(
      fc.property(events, (sequence) => {
        const world = play(sequence);
        for (const incident of world.incidents) {
          const members = world.states
            .filter((state) =>
              incident.kind === "broken"
                ? state.phase === "failing" && state.incidentId === incident.id
                : state.blindIncidentId === incident.id,
            )
            .map((state) => state.checkId);
          expect([...incident.checkIds].sort()).toEqual(members.sort());
          expect(incident.checkIds.length > 0).toBe(incident.endedMs === null);
        }
      }),
      runs,
    );
  });

  it("there is one open incident of a kind and cause at a time", () => {
    fc.assert(
      fc.property(events, (sequence) => {
        const causes = play(sequence).open.map(({ kind, datasetId, dimension }) =>
          [kind, datasetId, dimension].join(" "),
        );
        expect(new Set(causes).size).toBe(causes.length);
      }),
      runs,
    );
  });

  it("times are in order and changes are counted without a gap", () => {
    fc.assert(
      fc.property(events, (sequence) => {
        const world = play(sequence);
        const counts = new Map<string, number>();
        for (const { incident } of world.steps.flatMap((taken) => taken.changes)) {
          expect(incident.sinceMs).toBeLessThanOrEqual(incident.openedMs);
          expect(incident.endedMs ?? incident.openedMs).toBeGreaterThanOrEqual(incident.openedMs);
          expect(incident.changes).toBe((counts.get(incident.id) ?? 0) + 1);
          counts.set(incident.id, incident.changes);
        }
      }),
      runs,
    );
  });

  it("whoever was told of an incident is told of all that follows, and at its own level at least", () => {
    fc.assert(
      fc.property(events, (sequence) => {
        const before = new Map<string, readonly string[]>();
        for (const { incident } of play(sequence).steps.flatMap((taken) => taken.changes)) {
          expect(incident.toldLevels).toEqual(
            expect.arrayContaining([...(before.get(incident.id) ?? [])]),
          );
          expect(incident.toldLevels.includes("page")).toBe(incident.alert === "page");
          expect(incident.toldLevels.length === 0).toBe(incident.alert === "none");
          before.set(incident.id, incident.toldLevels);
        }
      }),
      runs,
    );
  });

  it("a probe is asked for only of a suspect check, a minute after its fail", () => {
    fc.assert(
      fc.property(events, (sequence) => {
        const { steps } = play(sequence);
        for (const { state } of steps) {
          expect(state.sinceMs === null).toBe(state.phase === "ok");
        }
        for (const { state, confirmAtMs } of steps.filter((taken) => taken.confirmAtMs !== null)) {
          expect(state.phase).toBe("suspect");
          expect(confirmAtMs).toBe((state.sinceMs ?? 0) + minute);
        }
      }),
      runs,
    );
  });

  it("a step gives the same twice, and changes nothing that it was given", () => {
    fc.assert(
      fc.property(events, fc.constantFrom(...outcomes), (sequence, outcome) => {
        const world = play(sequence);
        const subject = subjects[0] ?? subjectOf("none");
        const given = [
          world.state(subject),
          world.open,
          subject,
          { outcome, atMs: 2_000_000 * minute },
        ] as const;
        const before = JSON.stringify(given);
        const first = step(...given, () => "new");
        expect(step(...given, () => "new")).toEqual(first);
        expect(JSON.stringify(given)).toBe(before);
      }),
      runs,
    );
  });
});
