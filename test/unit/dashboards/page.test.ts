import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { metrics } from "../../../src/metrics/names.ts";

it("asks in docs/dashboards.md only for metrics that are exported", () => {
  const page = readFileSync(new URL("../../../docs/dashboards.md", import.meta.url), "utf8");
  const asked = new Set(page.match(/tidemark_[a-z_]+/g));
  const exported = new Set(
    Object.values(metrics).flatMap(({ name, type }) =>
      type === "histogram" ? [`${name}_bucket`] : [name],
    ),
  );
  expect(asked.size).toBeGreaterThan(10);
  expect([...asked].filter((name) => !exported.has(name))).toEqual([]);
});
