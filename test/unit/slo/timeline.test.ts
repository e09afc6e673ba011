import { describe, expect, it } from "vitest";
import type { Interval, TimelineRun } from "../../../src/core/timeline.ts";
import { cut, extend, intervalsOf, stateAt, union } from "../../../src/slo/timeline.ts";
import { hour, hourly, midnight, minute, observation, owner, record } from "./builders.ts";

/** `good 0-1.5`: states with their hours since midnight. */
function told(intervals: readonly Interval[]): readonly string[] {
  return intervals.map(
    ({ fromMs, toMs, state }) =>
      `${state} ${(fromMs - midnight) / hour}-${(toMs - midnight) / hour}`,
  );
}

function toldRuns(runs: readonly TimelineRun[]): readonly string[] {
  return told(runs);
}

describe("extend", () => {
  it("begins a run that lasts as long as the first observation holds", () => {
    expect(extend(null, observation(midnight, "pass"), owner)).toEqual([
      {
        checkId: "orders/orders/fresh",
        generation: "a",
        fromMs: midnight,
        toMs: midnight + 90 * minute,
        state: "good",
        observedMs: midnight,
      },
    ]);
  });

  it("keeps one run for any number of equal observations", () => {
    expect(toldRuns(hourly("........................"))).toEqual(["good 0-24.5"]);
  });

  it("takes a warning for good", () => {
    expect(toldRuns(hourly(".w."))).toEqual(["good 0-3.5"]);
  });

  it("cuts a run where the other state is seen", () => {
    expect(toldRuns(hourly("..xx."))).toEqual(["good 0-2", "bad 2-4", "good 4-5.5"]);
  });

  it("neither changes nor renews a state on error and skip", () => {
    expect(extend(null, observation(midnight, "error"), owner)).toEqual([]);
    expect(extend(null, observation(midnight, "skip"), owner)).toEqual([]);
    expect(toldRuns(hourly(".es."))).toEqual(["good 0-1.5", "good 3-4.5"]);
  });

  it("joins an observation at the very end of the hold, and leaves a gap after it", () => {
    expect(toldRuns(hourly("..", hour))).toEqual(["good 0-2"]);
    expect(toldRuns(hourly("..", hour - 1))).toHaveLength(2);
  });

  it("lets a newer observation shorten the hold", () => {
    const runs = record([
      observation(midnight, "pass", 90 * minute),
      observation(midnight + hour, "pass", 10 * minute),
    ]);
    expect(runs.map(({ toMs }) => toMs)).toEqual([midnight + 70 * minute]);
  });

  it("notes a newer observation even if its hold ends when the last one's does", () => {
    const [run] = hourly(".");
    const confirmed = observation(midnight + minute, "pass", 89 * minute);
    expect(extend(run ?? null, confirmed, owner)).toEqual([
      { ...run, observedMs: midnight + minute },
    ]);
  });

  it("takes an observation older than the last as made at the last one's instant", () => {
    const [run] = hourly("..");
    const changed = extend(run ?? null, observation(midnight + 5 * minute, "fail"), owner);
    expect(toldRuns(changed)).toEqual(["good 0-1", "bad 1-2.5"]);
  });

  it("changes nothing on an older observation of the same state and hold", () => {
    const [run] = hourly("..");
    expect(extend(run ?? null, observation(midnight + 5 * minute, "pass"), owner)).toEqual([]);
  });

  it("never lets a pass at the same instant undo a failure", () => {
    const [run] = hourly("x");
    expect(extend(run ?? null, observation(midnight, "pass"), owner)).toEqual([]);
  });

  it("puts a failure at the same instant in a first pass's place", () => {
    const runs = record([observation(midnight, "pass"), observation(midnight, "fail")]);
    expect(toldRuns(runs)).toEqual(["bad 0-1.5"]);
  });

  it("ends the hold of another generation and begins a run of its own, even in the same state", () => {
    const [run] = hourly(".");
    const next = { ...owner, generation: "b" };
    const changed = extend(run ?? null, observation(midnight + hour, "pass"), next);
    expect(changed.map(({ generation }) => generation)).toEqual(["a", "b"]);
    expect(toldRuns(changed)).toEqual(["good 0-1", "good 1-2.5"]);
  });

  it("takes a negative hold for none", () => {
    expect(toldRuns(extend(null, observation(midnight, "pass", -5), owner))).toEqual(["good 0-0"]);
  });
});

describe("cut", () => {
  it("ends the hold at the instant given", () => {
    const [run] = hourly("..");
    expect(run && cut(run, midnight + 90 * minute)).toEqual({
      ...run,
      toMs: midnight + 90 * minute,
    });
  });

  it("changes nothing once the hold has run out", () => {
    const [run] = hourly("..");
    expect(run && cut(run, midnight + 150 * minute)).toBeNull();
  });

  it("lets a verdict stand until it was last observed, even if the clock was set back", () => {
    const [run] = hourly("..");
    expect(run && cut(run, midnight - hour)).toEqual({ ...run, toMs: midnight + hour });
  });
});

describe("intervalsOf", () => {
  it("covers the stretch without a gap, unknown between and around runs", () => {
    const runs = hourly(" .   x. ");
    expect(told(intervalsOf(runs, midnight, midnight + 9 * hour))).toEqual([
      "unknown 0-1",
      "good 1-2.5",
      "unknown 2.5-5",
      "bad 5-6",
      "good 6-7.5",
      "unknown 7.5-9",
    ]);
  });

  it("clips runs to the stretch", () => {
    expect(told(intervalsOf(hourly("..xx"), midnight + hour, midnight + 3 * hour))).toEqual([
      "good 1-2",
      "bad 2-3",
    ]);
  });

  it("joins neighbours of equal state, of different generations too", () => {
    const runs = record([observation(midnight, "pass")]);
    const later = record([observation(midnight + hour, "pass")], { ...owner, generation: "b" });
    const [first] = runs;
    const ended = first === undefined ? null : cut(first, midnight + hour);
    const all = [...(ended === null ? [] : [ended]), ...later];
    expect(told(intervalsOf(all, midnight, midnight + 2 * hour))).toEqual(["good 0-2"]);
  });

  it("is unknown throughout without runs, and empty for an empty stretch", () => {
    expect(told(intervalsOf([], midnight, midnight + hour))).toEqual(["unknown 0-1"]);
    expect(intervalsOf(hourly("."), midnight, midnight)).toEqual([]);
    expect(intervalsOf(hourly("."), midnight + hour, midnight)).toEqual([]);
  });
});

describe("stateAt", () => {
  it("takes a run's start for its own and its end for the next", () => {
    const runs = hourly(".x  ");
    const at = (ms: number): string => stateAt(runs, midnight + ms);
    expect([at(-1), at(0), at(hour - 1), at(hour), at(2.5 * hour - 1), at(2.5 * hour)]).toEqual([
      "unknown",
      "good",
      "good",
      "bad",
      "bad",
      "unknown",
    ]);
  });

  it("is unknown before a clock that was set back reaches the runs", () => {
    expect(stateAt(hourly("."), midnight - hour)).toBe("unknown");
  });
});

describe("union", () => {
  const stretch = [midnight, midnight + 4 * hour] as const;

  it("is bad while any is bad, else unknown while any is unknown, else good", () => {
    const first = intervalsOf(hourly(".xx."), ...stretch);
    const second = intervalsOf(hourly("..x "), ...stretch);
    expect(told(union([first, second]))).toEqual(["good 0-1", "bad 1-3.5", "unknown 3.5-4"]);
    const unseen = intervalsOf([], ...stretch);
    expect(told(union([first, unseen]))).toEqual(["unknown 0-1", "bad 1-3", "unknown 3-4"]);
    expect(told(union([unseen, first]))).toEqual(["unknown 0-1", "bad 1-3", "unknown 3-4"]);
  });

  it("lets excluded time outrank bad time", () => {
    const bad: Interval[] = [{ fromMs: midnight, toMs: midnight + 2 * hour, state: "bad" }];
    const excluded: Interval[] = [
      { fromMs: midnight, toMs: midnight + hour, state: "excluded" },
      { fromMs: midnight + hour, toMs: midnight + 2 * hour, state: "good" },
    ];
    expect(told(union([bad, excluded]))).toEqual(["excluded 0-1", "bad 1-2"]);
  });

  it("is the timeline itself for one, and empty for none", () => {
    const only = intervalsOf(hourly(".x"), ...stretch);
    expect(union([only])).toEqual(only);
    expect(union([])).toEqual([]);
    expect(union([[], []])).toEqual([]);
  });
});
