import { expect, it, test } from "vitest";
import manifest from "../../../package.json" with { type: "json" };
import { nodeRefusal, oldestNodes } from "../../../src/cli/node-version.ts";

it.each(["20.20.2", "22.20.9", "21.99.0", "8.0.0", "22.9.1", "23.11.0", "24.8.0"])(
  "refuses Node %s",
  (version) => {
    expect(nodeRefusal(version)).toBe(
      `Tidemark needs Node 22.21.0 or 24.9.0 or newer; this is Node ${version}.`,
    );
  },
);

it.each(["22.21.0", "22.21.1", "22.100.0", "24.9.0", "24.21.0", "25.0.0-nightly2026", "100.1.0"])(
  "takes Node %s",
  (version) => {
    expect(nodeRefusal(version)).toBeNull();
  },
);

test("the oldest ones are those that package.json names", () => {
  const [older, newest] = oldestNodes;
  expect(manifest.engines.node).toBe(`^${older} || >=${newest}`);
});
