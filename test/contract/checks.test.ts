import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { checkTypes } from "../../checks/index.ts";
import { evaluateContext, noonMs, planContext, promised } from "../unit/checks/support.ts";
import { checkSuite } from "./check-suite.ts";

const columns = promised({ id: ["bigint", false], loaded_at: "timestamptz" });
/** Long enough ago that loads and deliveries may have been missed. */
const last = { atMs: noonMs - 50 * 3_600_000, newestMs: noonMs - 51 * 3_600_000 };
const moment = { timezone: "Europe/Berlin", last };
const context = { plan: planContext(moment), evaluate: evaluateContext(moment, columns) };

/** Whole and valid promises of each check type, as a product file says them. */
const samples = new Map([
  [
    "freshness",
    [
      { column: "loaded_at", max_age: "1h" },
      { column: "loaded_at", warn: { max_age: "1h" }, fail: { max_age: "2h" }, time: "event" },
      { column: "loaded_at", max_age: "1h", history: "append_only" },
      { column: "loaded_at", by: "07:00", opens: "12h", history: "append_only" },
    ],
  ],
  [
    "volume",
    [
      { min: 1 },
      { column: "loaded_at", window: "24h", warn: { min: 9 }, fail: { min: 1 } },
      { column: "loaded_at", window: "1h", complete: true, delay: "5m", max: 9 },
    ],
  ],
  ["schema", [{}, { new_columns: "fail" }]],
]);

for (const spec of checkTypes) {
  checkSuite(spec, { ...context, keys: samples.get(spec.name) ?? [] });
}

test("every folder of a check type is in the list, and every one in the list has samples here", async () => {
  const entries = await readdir("checks", { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== "_shared");
  const names = checkTypes.map((spec) => spec.name).toSorted();
  expect(folders.map((folder) => folder.name).toSorted()).toEqual(names);
  expect([...samples.keys()].toSorted()).toEqual(names);
});
