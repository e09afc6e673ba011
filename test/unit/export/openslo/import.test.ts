import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importDocuments } from "../../../../src/export/openslo/import.ts";
import { writeProduct } from "../../../../src/export/openslo/write-product.ts";
import { loadTexts } from "../../config/load-texts.ts";

const golden = join(import.meta.dirname, "../../../golden/openslo");

const foreign = readFileSync(join(golden, "foreign.yaml"), "utf8");

function importText(text: string) {
  const { imported, problems } = importDocuments([{ file: "slo.yaml", text }], String);
  if (imported === null) {
    throw new Error(JSON.stringify(problems, null, 2));
  }
  return imported;
}

/** An SLO that keeps every rule, with the given keys in its spec instead. */
function sloText(spec: Readonly<Record<string, unknown>>, metadata: object = {}): string {
  return JSON.stringify({
    apiVersion: "openslo/v1",
    kind: "SLO",
    metadata: { name: "availability", ...metadata },
    spec: {
      service: "web",
      indicatorRef: "answered",
      timeWindow: [{ duration: "30d", isRolling: true }],
      budgetingMethod: "Occurrences",
      objectives: [{ target: 0.99 }],
      ...spec,
    },
  });
}

/** The only SLO of the only product that the document is made into, and what of it was lost. */
function sloOf(text: string) {
  const [product] = importText(text).products;
  const slos = Object.values((product?.value["slos"] ?? {}) as Record<string, object>);
  const lost = (product?.notes ?? []).filter(({ at }) => at?.[0] === "slos");
  return { slo: slos[0], lost: lost.map(({ at, text: note }) => `${at?.[2] ?? ""}: ${note}`) };
}

describe("documents of other people", () => {
  it("become a product file for each service, with a comment for each thing that has no place", async () => {
    const { products } = importText(foreign);
    for (const draft of products) {
      await expect(writeProduct(draft)).toMatchFileSnapshot(
        `${golden}/${draft.product}.product.yaml`,
      );
    }
    expect(products.map(({ product }) => product)).toEqual(["web", "checkout"]);
  });

  it("are told of in the report, too, where they belong to no product", () => {
    expect(importText(foreign).notes.map(({ subject, text }) => `${subject}: ${text}`)).toEqual([
      "SLI `unused`: it belongs to no SLO that was given",
      "DataSource `prom`: where data is stored is a connection of tidemark.yaml",
      "AlertPolicy `fast-burn`: an incident is told as `alert` says, after its failure is confirmed",
      "AlertNotificationTarget `on-call`: who is told stands under `teams` in tidemark.yaml",
    ]);
  });

  it("make files that `validate` can judge: what is still to do is an error, and nothing else", async () => {
    const { told } = await loadTexts(importText(foreign).products.map(writeProduct));
    expect(told.filter((line) => line.includes(": error "))).toEqual([
      expect.stringContaining("TM_CONFIG_REFERENCE"),
      expect.stringContaining("TM_CONFIG_REFERENCE"),
      expect.stringContaining("TM_CONFIG_OBJECTIVE"),
    ]);
  });

  it("cannot break out of a comment", () => {
    const text = sloText({ description: "x" }, { displayName: "a\nproduct: evil\n\u2028b" });
    const [draft] = importText(text).products;
    expect(draft === undefined ? "" : writeProduct(draft)).toContain(
      "  # not carried: the display name “a product: evil b”\n",
    );
  });
});

describe("an objective", () => {
  it.each([
    [{ target: 0.995 }, "99.5%"],
    [{ target: 0.999999 }, "99.9999%"],
    [{ target: 0.07 }, "7%"],
    [{ targetPercent: 99.95 }, "99.95%"],
    [{ targetPercent: 0.0001 }, "0.0001%"],
    [{ targetPercent: 57 }, "57%"],
  ])("of %j is %s, read from its digits", (objective, percent) => {
    const { slo, lost } = sloOf(sloText({ objectives: [objective] }));
    expect(slo).toMatchObject({ objective: percent });
    expect(lost.filter((line) => line.startsWith("objective"))).toEqual([]);
  });

  it.each([
    [{ target: 0.9999999 }, "99.9999%"],
    [{ targetPercent: 99.99999 }, "99.9999%"],
    [{ target: 1e-9 }, "0%"],
  ])("of %j is never made stronger than it was: %s", (objective, percent) => {
    const { slo, lost } = sloOf(sloText({ objectives: [objective] }));
    expect(slo).toMatchObject({ objective: percent });
    expect(lost).toContainEqual(expect.stringContaining("behind a millionth"));
  });
});

describe("a window", () => {
  const calendar = (duration: string, startTime: string) => ({
    timeWindow: [{ duration, calendar: { startTime, timeZone: "Europe/Berlin" } }],
  });
  const start = "2024-01-01 00:00:00";

  it.each([
    ["24h", "day"],
    ["7d", "week"],
    ["1M", "month"],
    ["3M", "quarter"],
    ["4Q", "year"],
  ])("of %s from a start of periods is a %s of the calendar", (duration, period) => {
    const { slo, lost } = sloOf(sloText(calendar(duration, start)));
    expect(slo).toMatchObject({ window: { calendar: period, timezone: "Europe/Berlin" } });
    expect(lost.filter((line) => line.startsWith("window"))).toEqual([]);
  });

  it.each([
    ["1d", "2024-01-01 06:00:00"],
    ["1w", "2024-01-02 00:00:00"],
    ["1M", "2024-01-15 00:00:00"],
    ["1Q", "2024-02-01 00:00:00"],
    ["1Y", "2024-04-01 00:00:00"],
  ])("of %s that starts at %s loses its start, and says so", (duration, startTime) => {
    const { lost } = sloOf(sloText(calendar(duration, startTime)));
    expect(lost).toContainEqual(expect.stringContaining(`window: the start ${startTime}`));
  });

  it("of two months is no period, and becomes a rolling one", () => {
    const { slo, lost } = sloOf(sloText(calendar("2M", start)));
    expect(slo).toMatchObject({ window: "60d" });
    expect(lost).toContainEqual(expect.stringContaining("window: a calendar window of 2M"));
  });

  it.each([
    ["90m", "1h30m", 0],
    ["4w", "28d", 0],
    ["1M", "30d", 1],
    ["1Q", "90d", 1],
    ["1Y", "365d", 1],
  ])("that rolls over %s is %s", (duration, window, losses) => {
    const { slo, lost } = sloOf(sloText({ timeWindow: [{ duration, isRolling: true }] }));
    expect(slo).toMatchObject({ window });
    expect(lost.filter((line) => line.startsWith("window"))).toHaveLength(losses);
  });
});

describe("what Tidemark wrote into annotations", () => {
  const own = {
    "tidemark.dev/product": "orders",
    "tidemark.dev/slo": "short",
    "tidemark.dev/budgeting": "deliveries",
    "tidemark.dev/window": "1h30s",
  };

  it("comes back", () => {
    const timeWindow = [{ duration: "61m", isRolling: true }];
    const { slo, lost } = sloOf(sloText({ timeWindow }, { annotations: own }));
    expect(slo).toMatchObject({ window: "1h30s", budgeting: "deliveries" });
    expect(lost).toEqual([]);
  });

  it("gives way to what the document says by now", () => {
    const timeWindow = [{ duration: "2h", isRolling: true }];
    const objectives = [{ target: 0.99, timeSliceWindow: "5m" }];
    const spec = { timeWindow, objectives, budgetingMethod: "RatioTimeslices" };
    const { slo } = sloOf(sloText(spec, { annotations: own }));
    expect(slo).toMatchObject({ window: "2h" });
    expect(slo).not.toHaveProperty("budgeting");
  });
});

describe("names", () => {
  it("are made into those of Tidemark, each once", () => {
    const objectives = [
      { displayName: "Sehr gut!", target: 0.9 },
      { displayName: "sehr gut", target: 0.8 },
    ];
    const [product] = importText(sloText({ service: "Web Shop", objectives })).products;
    expect(product?.product).toBe("web-shop");
    expect(Object.keys(product?.value["slos"] ?? {})).toEqual([
      "availability-sehr-gut",
      "availability-sehr-gut-2",
    ]);
  });
});
