import { describe, expect, it } from "vitest";
import { freshness } from "../../../checks/freshness/index.ts";
import { schema } from "../../../checks/schema/index.ts";
import { volume } from "../../../checks/volume/index.ts";

const ofFreshness = (given: object) =>
  freshness.backtest?.(freshness.params.parse({ column: "loaded_at", ...given }));
const ofVolume = (given: object) => volume.backtest?.(volume.params.parse(given));

describe("what a backtest tries", () => {
  it.each([
    [{ max_age: "1h" }, 3_600_000],
    [{ warn: { max_age: "30m" }, fail: { max_age: "1h" } }, 3_600_000],
    [{ warn: { max_age: "30m" } }, 1_800_000],
    [{ by: "07:00" }, null],
  ])("of freshness is the age that fails, else the one that warns: %j", (given, maxAgeMs) => {
    const loads = { kind: "loads", column: "loaded_at", time: "load" };
    expect(ofFreshness(given)).toEqual({ ...loads, maxAgeMs });
  });

  it("of volume are the bounds that fail, else those that warn", () => {
    const windowed = { column: "ordered_at", window: "1d" };
    const rows = { kind: "rows", column: "ordered_at", windowMs: 86_400_000 };
    expect(ofVolume({ ...windowed, complete: true, min: 10, warn: { min: 20 } })).toEqual({
      ...rows,
      isComplete: true,
      min: 10,
      max: null,
    });
    expect(ofVolume({ ...windowed, warn: { min: 20, max: 30 } })).toEqual({
      ...rows,
      isComplete: false,
      min: 20,
      max: 30,
    });
  });

  it("is nothing of a whole dataset's rows, nor of its columns", () => {
    expect(ofVolume({ min: 1 })).toBeNull();
    expect("backtest" in schema).toBe(false);
  });
});
