import { describe, expect, it } from "vitest";
import type { Probe } from "../../../src/core/mesh.ts";
import { dueOf, firstDueOf } from "../../../src/engine/due.ts";

const minuteMs = 60_000;
const quarterly: Probe = {
  id: "orders/orders@15m",
  datasetId: "orders/orders",
  connection: "dwh",
  schedule: { kind: "every", everyMs: 15 * minuteMs },
  offsetMs: 2 * minuteMs,
  checkIds: ["orders/orders/fresh"],
};
const daily: Probe = {
  ...quarterly,
  id: "orders/orders@0 6 * * * Europe/Berlin",
  schedule: { kind: "cron", expression: "0 6 * * *", timezone: "Europe/Berlin" },
  offsetMs: 0,
};
const at = (text: string): number => Date.parse(`2026-01-05T${text}Z`);

describe("what is due", () => {
  it("is nothing before the due time", () => {
    expect(dueOf(quarterly, at("12:02:00"), at("12:01:59"))).toBeNull();
  });

  it("is one slot at the due time", () => {
    expect(dueOf(quarterly, at("12:02:00"), at("12:02:00"))).toEqual({
      slot: {
        probeId: quarterly.id,
        datasetId: "orders/orders",
        dueMs: at("12:02:00"),
        kind: "scheduled",
        checkIds: ["orders/orders/fresh"],
      },
      missed: null,
      nextDueMs: at("12:17:00"),
    });
  });

  it("is the latest due time after a pause, with those before it as one missed row", () => {
    expect(dueOf(quarterly, at("12:02:00"), at("13:00:00"))).toMatchObject({
      slot: { dueMs: at("12:47:00"), kind: "catch_up" },
      missed: { fromMs: at("12:02:00"), toMs: at("12:32:00"), count: 3 },
      nextDueMs: at("13:02:00"),
    });
  });

  it("is a catch-up, and nothing missed, when one due time is noticed late", () => {
    expect(dueOf(quarterly, at("12:02:00"), at("12:10:00"))).toMatchObject({
      slot: { dueMs: at("12:02:00"), kind: "catch_up" },
      missed: null,
    });
  });

  it("still counts as scheduled when a beat is a little late", () => {
    expect(dueOf(quarterly, at("12:02:00"), at("12:02:20"))).toMatchObject({
      slot: { kind: "scheduled" },
    });
  });

  it("follows the local time of a cron schedule", () => {
    expect(dueOf(daily, at("05:00:00"), at("05:00:00"))).toMatchObject({
      slot: { dueMs: at("05:00:00") },
      nextDueMs: Date.parse("2026-01-06T05:00:00Z"),
    });
  });
});

describe("where a probe starts", () => {
  it("is after its last due time when it is known", () => {
    expect(firstDueOf(quarterly, at("09:02:00"), at("12:00:00"))).toBe(at("09:17:00"));
  });

  it("is its next due time when it is new", () => {
    expect(firstDueOf(quarterly, null, at("12:00:00"))).toBe(at("12:02:00"));
  });

  it("is its next due time when its last one lies in the future, after a clock set back", () => {
    expect(firstDueOf(quarterly, at("23:02:00"), at("12:00:00"))).toBe(at("12:02:00"));
  });
});
