import { describe, expect, it } from "vitest";
import { exportProduct } from "../../../../src/export/openslo/from-mesh.ts";
import { importDocuments } from "../../../../src/export/openslo/import.ts";
import { displayName, labelName } from "../../../../src/export/openslo/names.ts";
import { writeDocuments } from "../../../../src/export/openslo/write.ts";
import { metrics } from "../../../../src/metrics/names.ts";
import { meshWith, orders, slo, slos } from "./mesh.ts";

const golden = "../../../golden/openslo";

function exported(promises = slos, product = orders) {
  const facts = { ...product, sloIds: promises.map(({ id }) => id) };
  return exportProduct(meshWith(facts, promises), facts);
}

/** The SLO's own part of the one document that is not the Service. */
function specOf(promise: Parameters<typeof slo>[1]) {
  const [, document] = exported([slo("fresh", promise)]).documents;
  if (document?.kind !== "SLO") {
    throw new Error("the second document is no SLO");
  }
  return document.spec;
}

const minute = 60_000;
const day = 86_400_000;

describe("a product as OpenSLO", () => {
  it("is the Service and its SLOs, word for word", async () => {
    const { documents } = exported();
    await expect(writeDocuments(documents)).toMatchFileSnapshot(`${golden}/orders.yaml`);
  });

  it("keeps every rule that import holds documents to", () => {
    const files = [{ file: "orders.yaml", text: writeDocuments(exported().documents) }];
    expect(importDocuments(files, String).problems).toEqual([]);
  });

  it("says of each SLO what stands in annotations, and what is written less exactly", () => {
    expect(exported().remarks).toEqual([
      { subject: "orders", annotated: ["product"], lost: [] },
      {
        subject: "orders/fresh",
        annotated: [
          "product",
          "slo",
          "checks",
          "budgeting",
          "unknown",
          "coverage-floor",
          "since",
          "labels",
        ],
        lost: [],
      },
      {
        subject: "orders/by_seven",
        annotated: ["product", "slo", "checks", "budgeting", "unknown", "coverage-floor", "alert"],
        lost: [],
      },
      {
        subject: "orders/whole",
        annotated: [
          "product",
          "slo",
          "checks",
          "budgeting",
          "unknown",
          "coverage-floor",
          "exclusions",
          "window",
        ],
        lost: ["the window of 1h30s is written as 61m: OpenSLO knows whole minutes"],
      },
    ]);
  });

  it("says a product without SLOs in a Service alone", () => {
    expect(exported([]).documents.map(({ kind }) => kind)).toEqual(["Service"]);
  });

  it("cuts a description that is too long, and keeps it whole beside", () => {
    const long = "ü".repeat(1_051);
    const [service] = exported([], { ...orders, description: long }).documents;
    expect(service).toMatchObject({
      metadata: { annotations: { "tidemark.dev/description": long } },
      spec: { description: `${"ü".repeat(1_049)}…` },
    });
  });
});

describe("an objective", () => {
  it.each([
    [1, "0.000001"],
    [5_000, "0.005"],
    [999_000, "0.999"],
    [999_999, "0.999999"],
  ])("of %d parts per million is the exact decimal %s", (objectivePpm, target) => {
    expect(String(specOf({ objectivePpm }).objectives[0]?.target)).toBe(target);
  });
});

describe("a window", () => {
  it.each([
    [minute, "1m"],
    [90 * minute, "90m"],
    [120 * minute, "2h"],
    [28 * day, "28d"],
    [365 * day, "365d"],
  ])(
    "of %d ms is %s, and never in units that tools take for different lengths",
    (lengthMs, duration) => {
      expect(specOf({ window: { kind: "rolling", lengthMs } }).timeWindow).toEqual([
        { duration, isRolling: true },
      ]);
    },
  );

  it.each([
    ["day", "1d"],
    ["week", "1w"],
    ["month", "1M"],
    ["quarter", "1Q"],
    ["year", "1Y"],
  ] as const)("of a %s is %s from a start of all periods, in its own zone", (period, duration) => {
    const timezone = "America/Santiago";
    expect(specOf({ window: { kind: "calendar", period, timezone } }).timeWindow).toEqual([
      {
        duration,
        isRolling: false,
        calendar: { startTime: "2024-01-01 00:00:00", timeZone: "America/Santiago" },
      },
    ]);
  });
});

describe("what is counted", () => {
  const queryOf = (spec: ReturnType<typeof specOf>) =>
    spec.indicator?.spec.ratioMetric?.raw?.metricSource.spec["query"];

  it("is slices of time for time, as long as the error ratio that is read", () => {
    const spec = specOf({ checkIds: ["orders/orders/fresh"] });
    expect(spec).toMatchObject({
      budgetingMethod: "RatioTimeslices",
      objectives: [{ timeSliceWindow: "30m" }],
      indicator: { spec: { ratioMetric: { rawType: "failure" } } },
    });
    expect(queryOf(spec)).toBe(
      `${metrics.sloErrorRatio.name}{product="orders", slo="fresh", window="30m"}`,
    );
  });

  it("is slices that hold a look at the check that is looked at least", () => {
    const spec = specOf({ checkIds: ["orders/orders/fresh", "orders/orders/shape"] });
    expect(spec.objectives[0]?.timeSliceWindow).toBe("1d");
  });

  it.each([
    [3 * 3_600_000, "2h"],
    [90 * minute, "1h"],
    [minute, "5m"],
  ])(
    "is no slice longer than a window of %i ms, where there is a shorter one",
    (lengthMs, slice) => {
      const spec = specOf({
        window: { kind: "rolling", lengthMs },
        checkIds: ["orders/orders/shape"],
      });
      expect(spec.objectives[0]?.timeSliceWindow).toBe(slice);
      expect(queryOf(spec)).toContain(`window="${slice}"`);
    },
  );

  it.each(["deliveries", "rows"] as const)("is occurrences for %s, without slices", (budgeting) => {
    const spec = specOf({ budgeting, checkIds: ["orders/orders/by_seven"] });
    expect(spec.budgetingMethod).toBe("Occurrences");
    expect(spec.objectives).toEqual([{ target: 0.995 }]);
    expect(spec.indicator?.spec.ratioMetric?.rawType).toBe("success");
    expect(queryOf(spec)).toBe(`${metrics.sloSli.name}{product="orders", slo="fresh"}`);
  });
});

describe("a name", () => {
  it.each([
    [["orders", "fresh"], "orders--fresh"],
    [["stock-prices", "whole"], "stock-prices--whole"],
    [["a"], "a"],
  ])("of plain parts %j is readable: %s", (parts, name) => {
    expect(labelName(parts)).toBe(name);
  });

  it("has a hash where its parts could not be told from it", () => {
    const ambiguous = [
      ["a--b", "c"],
      ["a", "b--c"],
      ["a", "b-", "c"],
      ["a_b", "c"],
      ["a-b_", "c"],
    ];
    const names = [["a-b", "c"], ["a", "b", "c"], ...ambiguous].map(labelName);
    expect(new Set(names).size).toBe(7);
    for (const name of names) {
      expect(name).toMatch(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/);
    }
  });

  it("is at most 63 characters long, and different where only its end differs", () => {
    const long = "x".repeat(128);
    const [one, other] = [labelName([long, "a"]), labelName([long, "b"])];
    expect([one.length, other.length]).toEqual([63, 63]);
    expect(one).not.toBe(other);
  });

  it("is shown whole up to 63 characters", () => {
    expect(displayName("x".repeat(63))).toBe("x".repeat(63));
    expect(displayName("x".repeat(64))).toBe(`${"x".repeat(62)}…`);
  });
});
