import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gaugesOf, hourMs, secondMs, sloGaugesOf, statusOf, timelineOf } from "./promises.ts";
import { minuteMs, noonMs, productFile, Workshop } from "./support.ts";

const product = productFile({
  schedule: "{ every: 4h }",
  checks: `
      fresh: { type: freshness, column: loaded_at, max_age: 1h }
      enough: { type: volume, min: 2, hold: 15m }
`,
  slos: `
  fresh: { objective: 90%, window: 1d, checks: [orders.fresh] }
  enough: { objective: 80%, window: 1d, checks: [orders.enough] }
  both: { objective: 80%, window: 1d, checks: [orders.fresh, orders.enough] }
`,
});

describe("without any probe, the clock alone", () => {
  let workshop: Workshop;
  beforeEach(() => {
    workshop = new Workshop();
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  it("turns freshness from good to unknown when the newest load is as old as is promised", async () => {
    const { watch } = await workshop.start(product);
    const staleMs = noonMs + hourMs;
    expect(await gaugesOf(watch, staleMs - 1)).toMatchObject({
      good: true,
      measured: { age_seconds: 0 },
    });
    expect(await gaugesOf(watch, staleMs)).toMatchObject({
      good: null,
      measured: {},
      lastConclusiveMs: noonMs,
    });
    expect(timelineOf(watch, staleMs)).toBe("good 1h");
    expect(timelineOf(watch, staleMs + 30 * secondMs)).toBe("good 1h, unknown 30s");
  });

  it("lets a held verdict run out", async () => {
    const { watch } = await workshop.start(product);
    const overMs = noonMs + 15 * minuteMs;
    expect(await gaugesOf(watch, overMs - 1, "enough")).toMatchObject({
      good: true,
      measured: { rows: 2 },
    });
    expect(await gaugesOf(watch, overMs, "enough")).toMatchObject({ good: null, measured: {} });
    expect(timelineOf(watch, overMs + minuteMs, "orders/enough")).toBe("good 15m, unknown 1m");
    expect(timelineOf(watch, overMs + minuteMs, "orders/both")).toBe("good 15m, unknown 1m");
  });

  it("moves coverage and the lower bound of the budget, and leaves the budget itself", async () => {
    const { watch } = await workshop.start(product);
    const status = statusOf(watch, noonMs + 2 * hourMs);
    expect(status).toMatchObject({ good: hourMs, bad: 0, unknown: hourMs, coverage: 0.5, sli: 1 });
    // An hour of the 2.4 that may be bad.
    expect(status.budget.remaining).toBe(1);
    expect(status.budget.remainingLower).toBeCloseTo(1 - 1 / 2.4, 12);
    const gauges = await sloGaugesOf(watch, noonMs + 2 * hourMs);
    expect(gauges).toMatchObject({ coverage: 0.5, sli: 1, remaining: { upper: 1 } });
    // Half of what is known is below the coverage floor, so that no burn rate is given.
    expect(gauges?.errorRatios.map(({ errorRatio }) => errorRatio)).toEqual(
      gauges?.errorRatios.map(() => null),
    );
  });

  it("keeps what is stale bad for as long as it was seen to be, then says that nobody knows", async () => {
    const { watch, clock, settle } = await workshop.start(
      product.replace("max_age: 1h }", "max_age: 1h, hold: 10m }"),
    );
    clock.nowMs = noonMs + 90 * minuteMs;
    await watch.beat();
    await settle();
    const seenMs = clock.nowMs;
    expect((await gaugesOf(watch, seenMs + 10 * minuteMs - 1))?.good).toBe(false);
    expect((await gaugesOf(watch, seenMs + 10 * minuteMs))?.good).toBeNull();
    expect(timelineOf(watch, seenMs + 20 * minuteMs)).toBe("good 1h, bad 40m, unknown 10m");
  });
});
