import { expect, test } from "vitest";
import { processFigures } from "../../../src/app/process-figures.ts";

test("the process is known by its CPU time, its memory and its start", () => {
  const nowMs = Date.now();
  const { cpuSeconds, residentBytes, startedMs } = processFigures();
  expect(cpuSeconds).toBeGreaterThan(0.01);
  expect(cpuSeconds).toBeLessThan(3_600);
  expect(residentBytes).toBeGreaterThan(20_000_000);
  expect(startedMs).toBeLessThanOrEqual(nowMs);
  expect(startedMs).toBeGreaterThan(nowMs - 3_600_000);
});
