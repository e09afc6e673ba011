import { expect, test } from "vitest";
import { printExclusions } from "../../../src/cli/status-exclusions.ts";
import type { Terminal } from "../../../src/cli/terminal.ts";
import type { ExclusionRecord } from "../../../src/core/exclusion.ts";
import type { AppliedExclusion } from "../../../src/engine/excluded.ts";

const at = (text: string): number => Date.parse(text);

const record: ExclusionRecord = {
  id: "3f2a",
  target: "orders/whole",
  fromMs: at("2026-01-05T10:00:00Z"),
  toMs: null,
  mode: "remove",
  reason: "The warehouse moves",
  author: "ana",
  createdMs: at("2026-01-05T10:00:00Z"),
  endedMs: null,
  endedBy: null,
  withdrawal: null,
};

/** The rows of the table, without its heading. */
function printed(applied: AppliedExclusion): readonly string[] {
  const lines: string[] = [];
  const terminal: Terminal = {
    out: (text) => lines.push(...text.split("\n")),
    err: () => {},
    progress: () => {},
    paint: (_, text) => text,
    columns: null,
  };
  const slo = { id: "orders/whole" };
  printExclusions([{ slo, exclusions: [applied] }], terminal);
  return lines.slice(2);
}

test("an exclusion that lasts until it is ended says so in place of an end", () => {
  const times = [{ fromMs: record.fromMs, toMs: record.fromMs + 60_000, mode: record.mode }];

  expect(printed({ mode: "remove", reason: record.reason, record, times })).toEqual([
    "  orders/whole  remove  2026-01-05T10:00:00Z until it is ended  ana  The warehouse moves",
  ]);
});

test("one that recurs is summed up in whole seconds, though a rolling window cuts it in between", () => {
  const times = [
    { fromMs: at("2026-01-05T10:00:00.123Z"), toMs: at("2026-01-05T12:00:00Z") },
    { fromMs: at("2026-01-06T10:00:00Z"), toMs: at("2026-01-06T12:00:00Z") },
  ].map((time) => ({ ...time, mode: "remove" as const }));

  expect(printed({ mode: "remove", reason: "Weekly load", record: null, times })).toEqual([
    "  orders/whole  remove  2026-01-05T10:00:00Z to 2026-01-06T12:00:00Z, 2 times, 4h in all  product file  Weekly load",
  ]);
});
