import { expect, test } from "vitest";
import { planProbe } from "../../../src/engine/plan.ts";
import { StandingFigures } from "../../../src/engine/standing.ts";
import { checkOf, columnar, datasetOf, types } from "./support.ts";

const minuteMs = 60_000;
const fresh = checkOf("fresh", [
  { kind: "aggregate", id: "newest", fn: "max", of: '"loaded_at"', mayStand: true },
]);
const orders = datasetOf({ checkIds: [fresh.id] });
const returns = datasetOf({
  id: "returns/returns",
  source: { kind: "table", parts: ["analytics", "returns"] },
});
const telling = { ...columnar, statisticsOf: () => ["lastChange"] as const };
const plan = planProbe(orders, [fresh], telling, types, { nowMs: 0, last: () => null });
const unchanged = { ok: true, value: { lastChangeMs: 0 }, atMs: 2 * minuteMs } as const;

/** After the figures of `plan` were read, two minutes after the last change, and the check failed by them. */
function read(): StandingFigures {
  const standing = new StandingFigures();
  const figures = [...(plan.figures.get(fresh.id)?.values() ?? [])];
  const answers = figures.map(({ alias }) => [alias, { ok: true, value: 7n, atMs: 0 }] as const);
  standing.keep(plan, new Map(answers), unchanged);
  standing.keepOutcome(fresh, "fail");
  return standing;
}

test("what was read of a dataset stands as long as the mesh has it", () => {
  const standing = read();
  standing.keepOnly([returns, { ...orders, description: "Reworded." }]);
  expect([...standing.answers(plan, unchanged).keys()]).toEqual([fresh.id]);
  expect(standing.isTrusted(fresh, "fail")).toBe(true);
});

test("nothing is kept of a dataset that the mesh no longer has", () => {
  const standing = read();
  standing.keepOnly([returns]);
  expect(standing.answers(plan, unchanged).size).toBe(0);
  expect(standing.isTrusted(fresh, "fail")).toBe(false);
});

test("a verdict of one generation says nothing of another", () => {
  expect(read().isTrusted({ ...fresh, generation: "another" }, "fail")).toBe(false);
  expect(read().isTrusted({ ...fresh, generation: "another" }, "pass")).toBe(true);
});
