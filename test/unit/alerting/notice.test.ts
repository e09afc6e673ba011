import { describe, expect, it } from "vitest";
import type { IncidentChange } from "../../../src/alerting/incidents.ts";
import type { NoticeFacts } from "../../../src/alerting/notice.ts";
import { deliveriesOf, noticeOf } from "../../../src/alerting/notice.ts";
import type { Incident, NoticeCheck } from "../../../src/core/incident.ts";
import type { Team } from "../../../src/core/mesh.ts";

const incident: Incident = {
  id: "7c1d",
  kind: "broken",
  product: "orders",
  datasetId: "orders/orders",
  dimension: "timeliness",
  alert: "page",
  toldLevels: ["ticket", "page"],
  owner: "checkout",
  sinceMs: 1_000,
  openedMs: 61_000,
  endedMs: null,
  ending: null,
  checkIds: ["orders/orders/fresh", "orders/orders/punctual"],
  changes: 2,
};

const fresh: NoticeCheck = {
  id: "orders/orders/fresh",
  type: "freshness",
  outcome: "fail",
  summary: "The newest row is 3h old, 1h is promised.",
};
const punctual: NoticeCheck = { ...fresh, id: "orders/orders/punctual" };

const team: Team = {
  name: "checkout",
  displayName: "Checkout data",
  notify: {
    page: [
      { notifier: "slack", address: "#oncall" },
      { notifier: "email", address: "oncall@example.com" },
      { notifier: "slack", address: "#oncall" },
      { notifier: "console", address: null },
    ],
    ticket: [{ notifier: "slack", address: "#data" }],
  },
};

const facts: NoticeFacts = {
  changedIds: ["orders/orders/punctual"],
  atMs: 62_000,
  product: {
    name: "orders",
    domain: "sales",
    tier: "gold",
    owner: "checkout",
    alert: "page",
    contacts: {},
    upstream: ["payments"],
    consumers: [],
    links: { runbook: "https://example.com/runbook" },
    maxBytesPerDay: null,
    datasetIds: ["orders/orders"],
    sloIds: ["orders/fresh"],
  },
  team,
  checks: new Map([
    [fresh.id, fresh],
    [punctual.id, punctual],
  ]),
  budgets: [
    {
      slo: "orders/fresh",
      objective: "99.5%",
      window: "30d",
      remaining: 0.5,
      remainingLower: 0.25,
    },
  ],
  downstream: ["returns"],
};

const joined: IncidentChange = { incident, change: "joined", checkId: punctual.id };

describe("noticeOf", () => {
  it("puts all that is to be said into one document", () => {
    expect(noticeOf(joined, facts)).toEqual({
      id: "7c1d.2",
      incidentId: "7c1d",
      change: "joined",
      kind: "broken",
      alert: "page",
      atMs: 62_000,
      sinceMs: 1_000,
      product: { name: "orders", domain: "sales", tier: "gold" },
      dataset: "orders/orders",
      dimension: "timeliness",
      owner: { name: "checkout", displayName: "Checkout data" },
      checks: [fresh, punctual],
      changed: [punctual],
      budgets: facts.budgets,
      links: { runbook: "https://example.com/runbook" },
      upstream: ["payments"],
      downstream: ["returns"],
    });
  });

  it("names the check that failed last when the incident is over", () => {
    const over: Incident = { ...incident, checkIds: [], endedMs: 90_000, ending: "resolved" };
    const notice = noticeOf(
      { incident: over, change: "resolved", checkId: fresh.id },
      { ...facts, changedIds: [fresh.id] },
    );
    expect(notice.checks).toEqual([fresh]);
    expect(notice.changed).toEqual([fresh]);
  });

  it("is complete although product, team and check are gone from the configuration", () => {
    const gone = { ...facts, product: null, team: null, checks: new Map() };
    expect(noticeOf(joined, gone)).toMatchObject({
      product: { name: "orders", tier: "unknown" },
      owner: { name: "checkout", displayName: "checkout" },
      checks: [],
      changed: [],
    });
  });
});

describe("deliveriesOf", () => {
  const notice = noticeOf(joined, facts);

  it("makes one delivery for each channel of the team at the level", () => {
    expect(deliveriesOf(notice, ["page"], team, 63_000)).toEqual([
      { notifier: "slack", address: "#oncall", notice, createdMs: 63_000 },
      { notifier: "email", address: "oncall@example.com", notice, createdMs: 63_000 },
      { notifier: "console", address: null, notice, createdMs: 63_000 },
    ]);
  });

  it("takes the channels of the level ticket for a ticket", () => {
    const channels = deliveriesOf(notice, ["ticket"], team, 63_000);
    expect(channels.map(({ address }) => address)).toEqual(["#data"]);
  });

  it("tells the channels of every level that has heard of the incident, each once", () => {
    const both: Team = {
      ...team,
      notify: {
        page: [
          { notifier: "slack", address: "#oncall" },
          { notifier: "slack", address: "#data" },
        ],
        ticket: [{ notifier: "slack", address: "#data" }],
      },
    };
    const channels = deliveriesOf(notice, ["ticket", "page"], both, 63_000);
    expect(channels.map(({ address }) => address)).toEqual(["#data", "#oncall"]);
  });

  it("tells nobody of what was told at no level", () => {
    expect(deliveriesOf(notice, [], team, 63_000)).toEqual([]);
  });
});
