import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { ConfigurationLoader } from "../../../src/config/load.ts";
import { daemonText, ordersText } from "./mesh-folder.ts";
import { clock, registries } from "./registries.ts";

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) {
    return [path];
  }
  return [path, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

function withValue(value: unknown, path: Path, item: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) {
    return item;
  }
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[key] = withValue(copy[key], rest, item);
  return copy;
}

const anyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    null,
    "",
    -1,
    1e300,
    "${env:X}",
    "${",
    "1h",
    "99%",
    "a.b",
    "a/b",
    [],
    {},
    { type: "freshness" },
    { calendar: "month" },
    "orders.fresh",
    "\u0000",
    "constructor",
    "2026-02-30",
    "9999-12-31",
    "2026-12-24T25:00",
    "FREQ=WEEKLY;BYDAY=SU;COUNT=0",
    "orders",
  ),
);

const richDaemonText = `${daemonText}calendars:
  uk: { timezone: Europe/London, days: [mon, fri], holidays: [2026-12-25], valid_until: 2027-12-31 }
`;

const richOrdersText = `${ordersText}    exclusions:
      - { from: 2026-12-24, to: 2026-12-27T06:00, timezone: Europe/London, reason: Christmas. }
      - { start: 2026-03-01T02:00, rrule: "FREQ=WEEKLY;BYDAY=SU", duration: 2h, reason: Maintenance. }
      - { calendar: uk, reason: Nobody works., mode: good }
    labels: { cost_centre: c42 }
    renamed_from: [old, older]
  on_time:
    # tidemark: allow TM_SLO_DELIVERIES: none may be missed
    objective: 99%
    window: { calendar: month, timezone: Europe/London }
    checks: [orders.by_seven]
    budgeting: deliveries
`.replace(
  "    checks:\n",
  `    renamed_from: raw
    schedule: { just_in_time: true, at_least_every: 1d }
    checks:
      by_seven: { type: freshness, column: loaded_at, by: "07:00", opens: 2h, calendar: uk }
`,
);

/** Loads both files with one value of one of them exchanged. */
function mutated(): fc.Arbitrary<{ readonly daemon: string; readonly product: string }> {
  const daemon: unknown = parse(richDaemonText);
  const product: unknown = parse(richOrdersText);
  const change = (value: unknown): fc.Arbitrary<string> =>
    fc
      .tuple(fc.constantFrom(...pathsOf(value)), anyValue)
      .map(([path, item]) => JSON.stringify(withValue(value, path, item), null, 1));
  return fc.oneof(
    change(daemon).map((text) => ({ daemon: text, product: richOrdersText })),
    change(product).map((text) => ({ daemon: richDaemonText, product: text })),
  );
}

test("the files that are changed in one place are right without a change", async () => {
  const { mesh, problems } = await new ConfigurationLoader(registries, {}, clock).loadFiles(
    "/mesh/tidemark.yaml",
    [
      { path: "tidemark.yaml", text: richDaemonText },
      { path: "orders.product.yaml", text: richOrdersText },
    ],
  );

  expect(problems).toEqual([]);
  expect(mesh?.slos.size).toBe(2);
});

test("whatever stands at one place, there is a mesh, or a problem with a place in the file", async () => {
  await fc.assert(
    fc.asyncProperty(mutated(), async ({ daemon, product }) => {
      const { mesh, problems } = await new ConfigurationLoader(registries, {}, clock).loadFiles(
        "/mesh/tidemark.yaml",
        [
          { path: "tidemark.yaml", text: daemon },
          { path: "orders.product.yaml", text: product },
        ],
      );
      const errors = problems.filter(({ level }) => level === "error");

      expect(mesh === null).toBe(errors.length > 0);
      for (const { file, line, column, message } of problems) {
        const lines = (file.endsWith("product.yaml") ? product : daemon).split("\n");
        expect(line).toBeGreaterThanOrEqual(1);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(column).toBeLessThanOrEqual((lines[line - 1] ?? "").length + 1);
        expect(message).not.toMatch(/\p{Cc}|undefined|\[object/u);
      }
    }),
    { numRuns: 600 },
  );
});

const marks = "a b : { } [ ] \" ' & * ! | > - ? # % @ ` , 0 é".split(" ").concat(" ", "\n", "\t");

test("whatever text a file holds, loading ends with a mesh or problems", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom(...marks), maxLength: 60 }),
      async (text) => {
        const { mesh, problems } = await new ConfigurationLoader(registries, {}, clock).loadFiles(
          "/mesh/tidemark.yaml",
          [
            { path: "tidemark.yaml", text: daemonText },
            { path: "orders.product.yaml", text },
          ],
        );

        expect(mesh).toBeNull();
        expect(problems.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 400 },
  );
});
