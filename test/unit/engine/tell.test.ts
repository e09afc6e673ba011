import { describe, expect, it } from "vitest";
import type { IncidentChange } from "../../../src/alerting/incidents.ts";
import type { CheckResult } from "../../../src/core/check.ts";
import type { Incident, NoticeChange } from "../../../src/core/incident.ts";
import { WatchState } from "../../../src/engine/state.ts";
import { subjectOf, teamOf } from "../../../src/engine/subjects.ts";
import { mergeChanges, tell } from "../../../src/engine/tell.ts";
import { checkIn, daemonFile, meshOf } from "./mesh-of.ts";

const incident: Incident = {
  id: "7c1d",
  kind: "broken",
  product: "orders",
  datasetId: "orders/rows",
  dimension: "completeness",
  alert: "ticket",
  toldLevels: ["ticket"],
  owner: "shop",
  sinceMs: 1_000,
  openedMs: 61_000,
  endedMs: null,
  ending: null,
  checkIds: ["orders/rows/two"],
  changes: 1,
};

function changed(
  change: NoticeChange,
  checkId: string,
  given: Partial<Incident> = {},
): IncidentChange {
  return { incident: { ...incident, ...given }, change, checkId };
}

const ended = { endedMs: 99_000, ending: "resolved", checkIds: [] } as const;

describe("mergeChanges", () => {
  it("keeps the changes of two incidents apart, in their order", () => {
    const merged = mergeChanges(
      [changed("opened", "a"), changed("resolved", "b", { id: "8d2e", ...ended })],
      5,
    );
    expect(merged.map(({ change, changedIds, atMs }) => [change.change, changedIds, atMs])).toEqual(
      [
        ["opened", ["a"], 5],
        ["resolved", ["b"], 5],
      ],
    );
  });

  it.each([
    ["opened", "joined", "opened", ["a", "b"]],
    ["joined", "joined", "joined", ["a", "b"]],
    ["left", "left", "left", ["a", "b"]],
    ["left", "joined", "joined", ["b"]],
    ["joined", "left", "joined", ["a"]],
  ] as const)("tells of %s and %s as %s, once, by the last number", (first, second, as, ids) => {
    const merged = mergeChanges(
      [changed(first, "a", { changes: 4 }), changed(second, "b", { changes: 5, checkIds: ["c"] })],
      5,
    );
    expect(merged).toMatchObject([
      { change: { change: as, incident: { changes: 5, checkIds: ["c"] } }, changedIds: ids },
    ]);
  });

  it.each(["resolved", "withdrawn"] as const)("tells the end as %s, of all that left", (ending) => {
    const merged = mergeChanges(
      [changed("left", "a"), changed("left", "b"), changed(ending, "c", { ...ended, ending })],
      5,
    );
    expect(merged).toMatchObject([
      { change: { change: ending, incident: { endedMs: 99_000 } }, changedIds: ["a", "b", "c"] },
    ]);
  });

  it("names a check only once that left and came back", () => {
    const [merged] = mergeChanges([changed("joined", "a"), changed("joined", "a")], 5);
    expect(merged?.changedIds).toEqual(["a"]);
  });
});

function ordersFile(slos: string, alert = ""): string {
  return `
version: 1
product: orders
tier: silver
owner: shop
${alert}
upstream: [payments]
consumers: [finance, returns]
links: { runbook: https://example.com/runbook }
datasets:
  rows:
    files: orders.csv
    schedule: { every: 15m }
    columns: { id: { type: bigint } }
    checks:
      two: { type: volume, min: 2 }
      shown: { type: volume, min: 3, severity: warn }
      other: { type: volume, min: 4, owner: depot }
slos:
${slos}
`;
}

function productFile(name: string, upstream = ""): string {
  return `
version: 1
product: ${name}
owner: shop
${upstream}
datasets:
  rows: { files: x.csv, columns: { id: { type: bigint } }, checks: { some: { type: volume, min: 1 } } }
`;
}

const twoTeams = daemonFile.replace(
  "teams: {",
  "teams: { depot: { notify: { page: [pager], ticket: [pager] } },",
);

const load = (slos: string, alert?: string) =>
  meshOf(
    [
      ordersFile(slos, alert),
      productFile("payments"),
      productFile("returns", "upstream: [orders/rows]"),
      productFile("reports", "upstream: [orders]"),
    ],
    twoTeams,
  );

const usual = "  usual: { objective: 90%, window: 1d, checks: [rows.two] }";
const loud = "  loud: { objective: 90%, window: 1d, alert: page, checks: [rows.two] }";
const mute = "  mute: { objective: 90%, window: 1d, alert: none, checks: [rows.two] }";
const elsewhere = "  elsewhere: { objective: 90%, window: 1d, alert: page, checks: [rows.other] }";

describe("subjectOf", () => {
  it.each([
    ["the product's level where no SLO names it", elsewhere, "ticket"],
    ["the product's where its SLO sets none", usual, "ticket"],
    ["its SLO's over the product's, when that is louder", loud, "page"],
    ["its SLO's over the product's, when that is quieter", mute, "none"],
    ["the loudest of several", `${mute}\n${loud}`, "page"],
    [
      "the product's beside an SLO that is quieter, when another sets none",
      `${mute}\n${usual}`,
      "ticket",
    ],
  ])("tells of a check at %s", async (_, slos, level) => {
    const mesh = await load(slos);
    expect(subjectOf(checkIn(mesh, "orders/rows/two"), mesh).alert).toBe(level);
  });

  it("tells nobody of a check of severity warn, and the check's own owner of any other", async () => {
    const mesh = await load(usual);
    expect(subjectOf(checkIn(mesh, "orders/rows/shown"), mesh).alert).toBe("none");
    expect(subjectOf(checkIn(mesh, "orders/rows/other"), mesh)).toMatchObject({
      owner: "depot",
      product: "orders",
      datasetId: "orders/rows",
      dimension: "completeness",
      cadenceMs: 900_000,
      confirmAfterMs: 60_000,
    });
  });
});

describe("teamOf", () => {
  it("is the incident's team, else its product's, else nobody", async () => {
    const mesh = await load(usual);
    const nameOf = (given: Partial<Incident>) => teamOf({ ...incident, ...given }, mesh)?.name;
    expect(nameOf({ owner: "depot" })).toBe("depot");
    expect(nameOf({ owner: "renamed" })).toBe("shop");
    expect(nameOf({ owner: "renamed", product: "gone" })).toBeUndefined();
  });
});

describe("tell", () => {
  const failed: CheckResult = {
    outcome: "fail",
    summary: "1 row; at least 2 promised.",
    measured: { rows: 1 },
    expected: { min: 2 },
  };
  const record = {
    checkId: "orders/rows/two",
    generation: "g1",
    slotId: 1,
    atMs: 61_000,
    nextDueMs: 900_000,
    holdMs: 900_000,
    durationMs: 3,
    evidence: null,
    result: failed,
  };
  const [opened] = mergeChanges([changed("opened", "orders/rows/two")], 61_000);

  it("says who and what depends on the product, and what its promises have left", async () => {
    const mesh = await load(`${usual}\n${elsewhere}`);
    const state = new WatchState();
    state.takeSince(new Map([["orders/usual", 0]]));
    const team = teamOf(incident, mesh);
    const deliveries =
      opened &&
      tell(opened, {
        mesh,
        team,
        state,
        fresh: new Map([[record.checkId, record]]),
      });
    expect(deliveries).toMatchObject([
      {
        notifier: "board",
        address: null,
        createdMs: 61_000,
        notice: {
          id: "7c1d.1",
          change: "opened",
          checks: [
            { id: "orders/rows/two", type: "volume", outcome: "fail", summary: failed.summary },
          ],
          budgets: [{ slo: "orders/usual", objective: "90%", window: "1d", remaining: 1 }],
          links: { runbook: "https://example.com/runbook" },
          upstream: ["payments"],
          // Those that name it as upstream, then the declared consumers, each once.
          downstream: ["returns", "reports", "finance"],
        },
      },
    ]);
  });

  it("prefers the result of this commit to the one before", async () => {
    const mesh = await load(usual);
    const state = new WatchState();
    state.apply({
      records: [{ ...record, atMs: 1_000, result: { ...failed, summary: "Older." } }],
      runs: [],
      sightings: [],
      alertStates: [],
      removedCheckIds: [],
      incidents: [],
    });
    const summaryWith = (fresh: ReadonlyMap<string, typeof record>) =>
      opened &&
      tell(opened, { mesh, team: teamOf(incident, mesh), state, fresh })[0]?.notice.checks[0]
        ?.summary;
    expect(summaryWith(new Map([[record.checkId, record]]))).toBe(failed.summary);
    expect(summaryWith(new Map())).toBe("Older.");
  });

  it("tells nobody when no team is left", async () => {
    const mesh = await load(usual);
    const telling = { mesh, team: null, state: new WatchState(), fresh: new Map() };
    expect(opened && tell(opened, telling)).toEqual([]);
  });
});
