import { describe, expect, it } from "vitest";
import type { TimelineObservation, TimelineRun } from "../../../src/core/timeline.ts";
import { follow, inOrder } from "../../../src/slo/follow.ts";
import { cut } from "../../../src/slo/timeline.ts";
import { hour, minute, owner } from "./builders.ts";
import { at, followed, freshnessSli, loads, probe, told } from "./folds.ts";

const withinHour = freshnessSli(hour);

/** The runs after probes of data that may be an hour old. */
function after(...observations: readonly TimelineObservation[]): readonly string[] {
  return told(followed(observations, withinHour));
}

describe("a freshness check's runs", () => {
  it("begin with the newest load that the first probe saw, and nothing is known before (rules 1 and 8)", () => {
    expect(followed([probe("09:40", "09:10")], withinHour)).toEqual([
      {
        ...owner,
        fromMs: at("09:10"),
        toMs: at("10:10"),
        state: "good",
        observedMs: at("09:40"),
        newestMs: at("09:10"),
      },
    ]);
  });

  it("are good for max_age from the load on, though nobody looks (rule 1)", () => {
    expect(after(probe("09:00", "09:00"), probe("14:00", "13:45"))).toEqual([
      "good 09:00-10:00",
      "good 13:45-14:45",
    ]);
  });

  it("are bad from max_age until a probe saw it stale (rule 2), and held from there (rule 6)", () => {
    expect(after(probe("11:00", "09:00"))).toEqual(["good 09:00-10:00", "bad 10:00-11:30"]);
  });

  it("are good at the very age of max_age", () => {
    expect(after(probe("10:00", "09:00"))).toEqual(["good 09:00-10:00"]);
    expect(after(probe("10:00", "09:00"), probe("10:01", "09:00"))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-10:31",
    ]);
  });

  it("are bad between probes that saw the same load, however far apart, as one run (rule 3)", () => {
    const fresh = probe("09:30", "09:00");
    expect(after(fresh, probe("18:00", "09:00"))).toEqual(["good 09:00-10:00", "bad 10:00-18:30"]);
    expect(after(fresh, probe("11:00", "09:00"), probe("18:00", "09:00"))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-18:30",
    ]);
  });

  it("take a shorter hold from a later probe of the same stale load", () => {
    expect(
      after(
        probe("11:00", "09:00", { holdMs: 5 * hour }),
        probe("11:10", "09:00", { holdMs: 10 * minute }),
      ),
    ).toEqual(["good 09:00-10:00", "bad 10:00-11:20"]);
  });

  it("leave what two fresh probes do not settle unknown (rule 5)", () => {
    expect(after(probe("09:30", "09:00"), probe("12:00", "11:40"))).toEqual([
      "good 09:00-10:00",
      "good 11:40-12:40",
    ]);
  });

  it("hold a sight of stale data until the next load, at most for the hold (rule 5)", () => {
    expect(after(probe("11:00", "09:00"), probe("11:20", "11:15"))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-11:15",
      "good 11:15-12:15",
    ]);
    expect(after(probe("11:00", "09:00"), probe("12:20", "12:00"))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-11:30",
      "good 12:00-13:00",
    ]);
  });

  it("are bad where even the newer load was stale, inside what is otherwise unknown", () => {
    expect(after(probe("09:30", "09:00"), probe("15:00", "12:00"))).toEqual([
      "good 09:00-10:00",
      "good 12:00-13:00",
      "bad 13:00-15:30",
    ]);
  });

  it("are one good run while loads keep coming in time", () => {
    const runs = followed(
      [probe("09:30", "09:00"), probe("10:00", "09:45"), probe("10:30", "10:20")],
      withinHour,
    );
    expect(told(runs)).toEqual(["good 09:00-11:20"]);
    expect(runs.map(({ observedMs, newestMs }) => [observedMs, newestMs])).toEqual([
      [at("10:30"), at("10:20")],
    ]);
  });

  it("are not changed by errors and skips", () => {
    const [run] = followed([probe("09:30", "09:00")], withinHour);
    for (const outcome of ["error", "skip"] as const) {
      expect(follow(run ?? null, probe("12:00", "09:00", { outcome }), owner, withinHour)).toEqual(
        [],
      );
    }
  });

  it("go by the load, whatever the outcome says", () => {
    const outcome = "fail";
    expect(after(probe("09:30", "09:00", { outcome }))).toEqual(["good 09:00-10:00"]);
    expect(after(probe("11:00", "09:00"))).toEqual(after(probe("11:00", "09:00", { outcome })));
  });

  it("take a load after its own probe for one at the probe", () => {
    expect(after(probe("09:30", "09:33"))).toEqual(["good 09:30-10:30"]);
  });
});

describe("a load history", () => {
  it("settles an outage of the daemon: good for max_age after each load, bad until the next (rule 4)", () => {
    expect(
      after(
        probe("09:30", "09:00"),
        probe("16:00", "15:30", loads("11:00", "11:40", "14:00", "14:50", "15:30")),
      ),
    ).toEqual([
      "good 09:00-10:00",
      "bad 10:00-11:00",
      "good 11:00-12:40",
      "bad 12:40-14:00",
      "good 14:00-16:30",
    ]);
  });

  it("settles the same from its gaps and its first load, though the loads between are not told", () => {
    const instants = [at("11:00"), at("11:40"), at("14:00")];
    const gaps = [
      { fromMs: at("09:00"), toMs: at("11:00") },
      { fromMs: at("11:40"), toMs: at("14:00") },
    ];
    const known = { instants, isComplete: true, gaps };
    const seen = [probe("09:30", "09:00"), probe("16:00", "15:30", { loads: known })];
    expect(after(...seen)).toEqual([
      "good 09:00-10:00",
      "bad 10:00-11:00",
      "good 11:00-12:40",
      "bad 12:40-14:00",
      "good 14:00-16:30",
    ]);
  });

  it("takes frequent loads between two long gaps for what they are", () => {
    const gaps = [
      { fromMs: at("09:00"), toMs: at("11:00") },
      { fromMs: at("14:00"), toMs: at("16:00") },
    ];
    const known = { instants: [at("11:00"), at("14:00"), at("16:00")], isComplete: true, gaps };
    expect(after(probe("09:30", "09:00"), probe("16:30", "16:00", { loads: known }))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-11:00",
      "good 11:00-15:00",
      "bad 15:00-16:00",
      "good 16:00-17:00",
    ]);
  });

  it("is good throughout where no gap is long", () => {
    const known = { instants: [at("09:40")], isComplete: true, gaps: [] };
    expect(after(probe("09:30", "09:00"), probe("16:00", "15:30", { loads: known }))).toEqual([
      "good 09:00-16:30",
    ]);
  });

  it("ends bad where its newest load is stale", () => {
    expect(after(probe("09:30", "09:00"), probe("16:00", "13:00", loads("13:00")))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-13:00",
      "good 13:00-14:00",
      "bad 14:00-16:30",
    ]);
  });

  it("goes on from a sight of stale data beyond its hold", () => {
    expect(after(probe("11:00", "09:00"), probe("16:00", "15:30", loads("15:30")))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-15:30",
      "good 15:30-16:30",
    ]);
  });

  it("has the newest load, whether it is listed or not", () => {
    const listed = after(probe("09:30", "09:00"), probe("16:00", "15:30", loads("11:00", "15:30")));
    expect(listed).toEqual([
      "good 09:00-10:00",
      "bad 10:00-11:00",
      "good 11:00-12:00",
      "bad 12:00-15:30",
      "good 15:30-16:30",
    ]);
    expect(after(probe("09:30", "09:00"), probe("16:00", "15:30", loads("11:00")))).toEqual(listed);
  });

  it("settles nothing that it is not complete for", () => {
    const known = { instants: [at("11:00"), at("15:30")], isComplete: false };
    expect(after(probe("09:30", "09:00"), probe("16:00", "15:30", { loads: known }))).toEqual([
      "good 09:00-10:00",
      "good 15:30-16:30",
    ]);
  });

  it("settles nothing where a load was not visible to the probe after it (rules 4 and 9)", () => {
    expect(
      after(probe("11:00", "09:00"), probe("16:00", "15:30", loads("10:30", "12:00", "15:30"))),
    ).toEqual(["good 09:00-10:00", "bad 10:00-11:30", "good 15:30-16:30"]);
  });

  it("settles nothing where it denies the gap that the first probe saw", () => {
    const known = { instants: [], isComplete: true, gaps: [] };
    expect(after(probe("11:00", "09:00"), probe("16:00", "15:30", { loads: known }))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-11:30",
      "good 15:30-16:30",
    ]);
  });

  it("does not matter in which order it is given, nor with loads that were known before", () => {
    const seen = (...texts: readonly string[]) =>
      after(probe("09:30", "09:00"), probe("16:00", "15:30", loads(...texts)));
    expect(seen("15:30", "11:00", "08:00", "11:00", "09:00", "12:00")).toEqual(
      seen("11:00", "12:00", "15:30"),
    );
    const gaps = [
      { fromMs: at("06:00"), toMs: at("08:00") },
      { fromMs: at("12:00"), toMs: at("15:30") },
      { fromMs: at("09:00"), toMs: at("11:00") },
    ];
    const known = { instants: [at("11:00")], isComplete: true, gaps };
    expect(after(probe("09:30", "09:00"), probe("16:00", "15:30", { loads: known }))).toEqual(
      seen("11:00", "12:00", "15:30"),
    );
  });
});

describe("a load that is seen late (rule 9)", () => {
  it("is good from where it was seen, and what a probe saw stale stays bad", () => {
    expect(after(probe("10:15", "09:00"), probe("10:30", "09:55"))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-10:30",
      "good 10:30-10:55",
    ]);
  });

  it("is one that is stamped at the very probe that did not see it", () => {
    expect(after(probe("10:15", "09:00"), probe("10:30", "10:15"))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-10:30",
      "good 10:30-11:15",
    ]);
    const known = loads("11:00", "12:00", "15:30");
    expect(after(probe("11:00", "09:00"), probe("16:00", "15:30", known))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-11:30",
      "good 15:30-16:30",
    ]);
  });

  it("leaves the time before it unknown where the probe before saw fresh data", () => {
    expect(after(probe("09:45", "09:00"), probe("10:30", "09:40"))).toEqual([
      "good 09:00-10:00",
      "good 10:30-10:40",
    ]);
  });

  it("is bad from where it would have been stale, when it is stale already as it is seen", () => {
    expect(after(probe("09:45", "09:00"), probe("11:00", "09:30"))).toEqual([
      "good 09:00-10:00",
      "bad 10:30-11:30",
    ]);
    expect(after(probe("10:15", "09:00"), probe("12:00", "09:10"))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-12:30",
    ]);
  });
});

describe("a rollback (rule 7)", () => {
  it("makes the time between the probes unknown, and begins anew from the second", () => {
    expect(after(probe("09:30", "09:20"), probe("10:00", "09:10"))).toEqual([
      "good 09:20-09:30",
      "good 10:00-10:10",
    ]);
  });

  it("is bad from the second probe on where that saw stale data, with the hold of that probe", () => {
    const rolledBack = [probe("11:00", "09:00"), probe("11:20", "08:00")];
    expect(after(...rolledBack)).toEqual([
      "good 09:00-10:00",
      "bad 10:00-11:00",
      "bad 11:20-11:50",
    ]);
    expect(after(...rolledBack, probe("13:00", "08:00"))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-11:00",
      "bad 11:20-13:30",
    ]);
  });
});

describe("an observation without a newest load", () => {
  it("is held like a state", () => {
    expect(after(probe("09:00"), probe("09:20"), probe("11:00"))).toEqual([
      "bad 09:00-09:50",
      "bad 11:00-11:30",
    ]);
  });

  it("breaks the chain: what lies between is unknown, but for the hold of a sight of stale data", () => {
    expect(after(probe("09:30", "09:20"), probe("10:00"))).toEqual([
      "good 09:20-09:30",
      "bad 10:00-10:30",
    ]);
    expect(after(probe("11:00", "09:00"), probe("11:10"), probe("13:00"))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-11:40",
      "bad 13:00-13:30",
    ]);
    expect(after(probe("11:00", "09:00"), probe("13:00"))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-11:30",
      "bad 13:00-13:30",
    ]);
  });

  it("is good where being empty passes", () => {
    expect(after(probe("11:00", "09:00"), { ...probe("11:10"), outcome: "pass" })).toEqual([
      "good 09:00-10:00",
      "bad 10:00-11:10",
      "good 11:10-11:40",
    ]);
  });

  it("holds until the next load is visible, at most for its hold", () => {
    expect(after(probe("09:00"), probe("09:20", "09:15"))).toEqual([
      "bad 09:00-09:15",
      "good 09:15-10:15",
    ]);
    expect(after(probe("09:00"), probe("10:20", "10:15"))).toEqual([
      "bad 09:00-09:30",
      "good 10:15-11:15",
    ]);
    expect(after(probe("09:00"), probe("09:20", "08:50"))).toEqual([
      "bad 09:00-09:20",
      "good 09:20-09:50",
    ]);
  });

  it("was bad all along where the next load is old, and unknown where being empty passes", () => {
    expect(after(probe("09:00"), probe("12:00", "08:30"))).toEqual(["bad 09:00-12:30"]);
    const passing: TimelineObservation = { ...probe("09:00"), outcome: "pass" };
    expect(after(passing, probe("12:00", "08:30"))).toEqual([
      "good 09:00-09:30",
      "bad 12:00-12:30",
    ]);
    expect(after(passing, probe("12:00", "10:00"))).toEqual([
      "good 09:00-09:30",
      "good 10:00-11:00",
      "bad 11:00-12:30",
    ]);
  });
});

describe("event time", () => {
  const byEvents = freshnessSli(hour, "event");

  it("is good only from where a value was seen, and bad where its age says so (rules 1 and 2)", () => {
    expect(told(followed([probe("09:40", "09:10")], byEvents))).toEqual(["good 09:40-10:10"]);
    expect(told(followed([probe("11:00", "09:00")], byEvents))).toEqual(["bad 10:00-11:30"]);
  });

  it("is bad between probes that saw the same value (rule 3), and unknown where values came (rule 5)", () => {
    const seen = [probe("09:40", "09:10"), probe("11:00", "09:10"), probe("13:00", "12:30")];
    expect(told(followed(seen, byEvents))).toEqual([
      "good 09:40-10:10",
      "bad 10:10-11:30",
      "good 13:00-13:30",
    ]);
  });

  it("takes no history", () => {
    const seen = [probe("09:40", "09:10"), probe("13:00", "12:30", loads("11:00", "12:30"))];
    expect(told(followed(seen, byEvents))).toEqual(["good 09:40-10:10", "good 13:00-13:30"]);
  });
});

describe("a clock that goes back", () => {
  it("neither reopens time that is settled nor makes a rollback", () => {
    const [run] = followed([probe("10:00", "09:40")], withinHour);
    expect(follow(run ?? null, probe("09:30", "09:20"), owner, withinHour)).toEqual([]);
    expect(follow(run ?? null, probe("09:50", "09:40"), owner, withinHour)).toEqual([]);
  });

  it("takes a load seen then for one seen at the last probe", () => {
    expect(after(probe("11:00", "09:00"), probe("10:30", "10:20"))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-11:00",
      "good 11:00-11:20",
    ]);
  });
});

describe("observations of one instant", () => {
  const all = [
    probe("11:00"),
    probe("11:00", "10:50"),
    probe("11:00", "09:00"),
    probe("11:00", "09:00", { holdMs: 2 * hour }),
    probe("11:00", "09:00", { outcome: "error" }),
    { ...probe("11:00"), outcome: "pass" as const },
  ];

  it("give what the strongest gives, however they arrive", () => {
    const earlier = probe("10:00", "09:00");
    for (const strongest of [0, 1, 3]) {
      const some = all.slice(strongest);
      const expected = after(earlier, all[strongest] ?? earlier);
      for (const arrived of [some, some.toReversed()]) {
        expect(after(...[earlier, ...arrived].sort(inOrder))).toEqual(expected);
      }
    }
  });

  it("put a failure without a load in the place of what was seen", () => {
    expect(after(probe("10:00", "10:00"), probe("10:00"))).toEqual(["bad 10:00-10:30"]);
    expect(after(probe("10:00"), probe("10:00", "10:00"))).toEqual(["bad 10:00-10:30"]);
  });

  it("take the longer hold of two equal ones", () => {
    const [long, short] = [probe("11:00", "09:00", { holdMs: 2 * hour }), probe("11:00", "09:00")];
    expect(after(long, short)).toEqual(["good 09:00-10:00", "bad 10:00-13:00"]);
    expect(after(short, long)).toEqual(["good 09:00-10:00", "bad 10:00-13:00"]);
  });
});

describe("a new generation", () => {
  const next = { ...owner, generation: "b" };

  function changedAt(
    before: readonly TimelineRun[],
    ...observations: readonly TimelineObservation[]
  ) {
    return followed(observations, withinHour, next, before);
  }

  it("lets earlier verdicts stand, ends their hold, and makes no pair with their probes", () => {
    const before = followed([probe("09:30", "09:00")], withinHour);
    const runs = changedAt(before, probe("09:50", "09:00"), probe("09:55", "09:50"));
    expect(told(runs)).toEqual(["good 09:00-09:50", "good 09:50-10:50"]);
    expect(runs.map(({ generation }) => generation)).toEqual(["a", "b"]);
  });

  it("fills in from its first load what the last one left open, and nothing before", () => {
    const before = followed([probe("09:30", "09:00")], withinHour);
    expect(told(changedAt(before, probe("13:00", "11:00")))).toEqual([
      "good 09:00-10:00",
      "good 11:00-12:00",
      "bad 12:00-13:30",
    ]);
    expect(told(changedAt(before, probe("13:00", "08:00")))).toEqual([
      "good 09:00-10:00",
      "bad 10:00-13:30",
    ]);
  });
});

describe("a run that was cut while its check was off", () => {
  it("is restored to what its load settles once the check is on again", () => {
    const on = (seen: TimelineObservation) => told(followed([seen], withinHour, owner, before));
    const [run] = followed([probe("09:30", "09:00")], withinHour);
    const ended = run === undefined ? null : cut(run, at("09:40"));
    const before = ended === null ? [] : [ended];
    expect(told(before)).toEqual(["good 09:00-09:40"]);
    expect(on(probe("09:50", "09:00"))).toEqual(["good 09:00-10:00"]);
    expect(on(probe("11:00", "09:00"))).toEqual(["good 09:00-10:00", "bad 10:00-11:30"]);
    expect(on(probe("11:00", "10:50"))).toEqual(["good 09:00-10:00", "good 10:50-11:50"]);
  });
});
