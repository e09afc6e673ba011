import { userInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { type AskedExclusion, recordOf } from "../../../src/app/exclusion-request.ts";

/** 2026-01-05T06:00:00Z. */
const nowMs = 1_767_592_800_000;
const hour = 3_600_000;

function recordFor(changes: Partial<AskedExclusion> = {}) {
  const asked = { target: "orders", from: "now", reason: "The move.", author: "ana", ...changes };
  return recordOf(asked, { id: "exc-1", nowMs });
}

function containing(text: string): unknown {
  return expect.stringContaining(text);
}

describe("an exclusion that is asked for", () => {
  it("becomes a record with all that was said", () => {
    expect(recordFor({ for: "1h30m" })).toEqual({
      id: "exc-1",
      target: "orders",
      fromMs: nowMs,
      toMs: nowMs + 1.5 * hour,
      mode: "remove",
      reason: "The move.",
      author: "ana",
      createdMs: nowMs,
      endedMs: null,
      endedBy: null,
      withdrawal: null,
    });
  });

  it("lasts until it is ended unless an end is said", () => {
    expect(recordFor().toMs).toBeNull();
  });

  it.each([
    { from: "now", mode: "remove" },
    { from: "2026-01-05T06:00:00Z", mode: "remove" },
    { from: "2026-01-05T06:00:00.001Z", mode: "remove" },
    { from: "2026-01-05T05:59:59.999Z", mode: "good" },
    { from: "2026-01-05", mode: "good" },
  ] as const)("from $from is of mode $mode, unless said otherwise", ({ from, mode }) => {
    expect(recordFor({ from }).mode).toBe(mode);
    expect(recordFor({ from, mode: "remove" }).mode).toBe("remove");
    expect(recordFor({ from, mode: "good" }).mode).toBe("good");
  });

  it.each([
    ["2026-01-05", Date.UTC(2026, 0, 5)],
    ["2026-01-05T07:00+01:00", nowMs],
    ["2026-01-05T06:00:00.5Z", nowMs + 500],
    ["2028-02-29", Date.UTC(2028, 1, 29)],
  ])("begins at %s", (from, ms) => {
    expect(recordFor({ from }).fromMs).toBe(ms);
  });

  it.each([
    "",
    "yesterday",
    "2026-01-05T06:00:00",
    "2026-01-05 06:00:00Z",
    "2026-02-31",
    "2026-13-01",
    "2026-01-05T25:00:00Z",
    "1767592800000",
    "+012026-01-05",
  ])("cannot begin at `%s`", (from) => {
    expect(() => recordFor({ from })).toThrow(
      expect.objectContaining({
        code: "TM_USAGE",
        message: `\`--from ${from}\` is no instant`,
      }) as Error,
    );
  });

  it.each<{
    readonly title: string;
    readonly asked: Partial<AskedExclusion>;
    readonly says: string;
  }>([
    {
      title: "an end before its start",
      asked: { to: "2026-01-04" },
      says: "does not end after it begins",
    },
    { title: "no length", asked: { to: "now" }, says: "does not end after it begins" },
    { title: "a length of nothing", asked: { for: "0s" }, says: "does not end after it begins" },
    { title: "a length without a unit", asked: { for: "90" }, says: "no length of time" },
    { title: "a negative length", asked: { for: "-1h" }, says: "no length of time" },
    { title: "a length beyond all dates", asked: { for: "9999y" }, says: "no length of time" },
    { title: "two ends", asked: { to: "2027-01-01", for: "1h" }, says: "both say when it ends" },
    { title: "an empty reason", asked: { reason: "" }, says: "`--reason` is empty" },
    { title: "a reason of spaces", asked: { reason: " \n\t" }, says: "`--reason` is empty" },
    {
      title: "an endless reason",
      asked: { reason: "x".repeat(501) },
      says: "`--reason` is no line",
    },
    { title: "a reason that rings", asked: { reason: "a\u0007b" }, says: "`--reason` is no line" },
    {
      title: "colours for an author",
      asked: { author: "\u001b[31mana" },
      says: "`--author` is no",
    },
    { title: "an empty author", asked: { author: "" }, says: "`--author` is empty" },
  ])("cannot have $title", ({ asked, says }) => {
    expect(() => recordFor(asked)).toThrow(
      expect.objectContaining({ code: "TM_USAGE", message: containing(says) }) as Error,
    );
  });

  it("keeps its reason as one line", () => {
    expect(recordFor({ reason: "  The\n warehouse \t moves.\n" }).reason).toBe(
      "The warehouse moves.",
    );
  });

  it("is by the user of the operating system unless an author is said", () => {
    const asked = { target: "orders", from: "now", reason: "The move." };
    expect(recordOf(asked, { id: "exc-1", nowMs }).author).toBe(userInfo().username);
  });
});
