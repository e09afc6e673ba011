import { describe, expect, it } from "vitest";
import type { DeadlineSli } from "../../../src/core/sli.ts";
import type { TimelineObservation } from "../../../src/core/timeline.ts";
import { judgeDeadlines, sight } from "../../../src/slo/sightings.ts";
import { day, hour, midnight, owner } from "./builders.ts";
import { at, judged, loads, probe, sighted } from "./folds.ts";

/** By 07:00 UTC each day; the first is due on the first of January 2026, a Thursday. */
const daily: DeadlineSli = {
  kind: "deadline",
  by: "07:00",
  timezone: "UTC",
  calendar: null,
  opensMs: null,
};

/** What becomes of the deliveries of the first days. */
function deliveries(days: number, ...observations: readonly TimelineObservation[]): string {
  return judged(daily, sighted(observations, daily), midnight, midnight + days * day);
}

describe("sightings", () => {
  it("say the newest load from the first probe that saw it to the last", () => {
    const seen = [probe("06:00", "05:30"), probe("07:30", "05:30"), probe("1 07:30", "1 06:00")];
    expect(sighted(seen, daily)).toEqual([
      { ...owner, number: 1, fromMs: at("06:00"), observedMs: at("07:30"), newestMs: at("05:30") },
      {
        ...owner,
        number: 2,
        fromMs: at("1 07:30"),
        observedMs: at("1 07:30"),
        newestMs: at("1 06:00"),
      },
    ]);
  });

  it("are not made by errors, skips, or a pass without a load", () => {
    for (const outcome of ["error", "skip"] as const) {
      expect(sight(null, probe("06:00", "05:30", { outcome }), owner, daily)).toEqual([]);
    }
    expect(sight(null, probe("06:00", undefined, { outcome: "pass" }), owner, daily)).toEqual([]);
  });

  it("stay one while no time of day at which something could be due comes between loads", () => {
    const every5Minutes = Array.from({ length: 3 * 288 }, (_, index) => {
      const atMs = midnight + index * 300_000;
      return { atMs, newestMs: atMs - 60_000, outcome: "pass" as const, holdMs: 0 };
    });
    const sightings = sighted(every5Minutes, daily);
    expect(sightings).toHaveLength(4);
    expect(judged(daily, sightings, midnight, midnight + 3 * day)).toBe("good good good");
  });

  it("of days without a delivery are kept, for the calendar may change", () => {
    const noThursdays: DeadlineSli = {
      ...daily,
      calendar: {
        name: "no thursdays",
        timezone: "UTC",
        days: new Set([1, 2, 3, 5, 6, 7]),
        holidays: new Set(),
        validUntil: null,
      },
    };
    const seen = [probe("06:00", "05:30"), probe("08:00", "07:30"), probe("1 08:00", "1 06:00")];
    const sightings = sighted(seen, noThursdays);
    expect(judged(noThursdays, sightings, midnight, midnight + 2 * day)).toBe("good");
    expect(judged(daily, sightings, midnight, midnight + 2 * day)).toBe("good good");
  });

  it("take a load after its own probe, and a clock that goes back, for the last probe's instant", () => {
    const seen = [probe("06:00", "06:10"), probe("05:00", "05:30")];
    expect(sighted(seen, daily)).toEqual([
      { ...owner, number: 1, fromMs: at("06:00"), observedMs: at("06:00"), newestMs: at("06:00") },
    ]);
  });

  it("of one instant are the emptier or the newer one, whichever comes first", () => {
    const [empty, older, newer] = [
      probe("06:00"),
      probe("06:00", "04:00"),
      probe("06:00", "05:00"),
    ];
    expect(sighted([empty, newer], daily).map(({ newestMs }) => newestMs)).toEqual([null]);
    expect(sighted([newer, older], daily).map(({ newestMs }) => newestMs)).toEqual([at("05:00")]);
    expect(sighted([older, newer], daily).map(({ newestMs }) => newestMs)).toEqual([at("05:00")]);
  });

  it("of a new generation go on counting", () => {
    const before = sighted([probe("06:00", "05:30")], daily);
    const next = { ...owner, generation: "b" };
    const sightings = sighted([probe("06:30", "05:30")], daily, next, before);
    expect(sightings.map(({ number, generation }) => [number, generation])).toEqual([
      [1, "a"],
      [2, "b"],
    ]);
  });
});

describe("a delivery", () => {
  it("is good when a load lies after its opening and no later than its deadline", () => {
    expect(deliveries(1, probe("07:10", "00:01"))).toBe("good");
    expect(deliveries(1, probe("07:10", "07:00"))).toBe("good");
    expect(deliveries(1, probe("06:00", "05:00"))).toBe("good");
    expect(deliveries(1, probe("07:00", "07:00"), probe("08:00", "07:30"))).toBe("good");
  });

  it("is bad when a probe at or after its deadline shows no load since its opening", () => {
    expect(deliveries(2, probe("1 07:00", "07:30"))).toBe("unknown bad");
    expect(deliveries(2, probe("1 06:59", "07:30"))).toBe("unknown unknown");
    expect(deliveries(2, probe("1 08:00", "1 00:00"))).toBe("unknown bad");
  });

  it("is unknown when nobody looked, and a later load hides it", () => {
    expect(deliveries(1, probe("10:00", "09:00"))).toBe("unknown");
    expect(deliveries(1)).toBe("unknown");
  });

  it("is not healed by what comes later, even with a stamp in time", () => {
    const late = (sawNone: string) =>
      deliveries(1, probe("00:10", "00:00"), probe(sawNone, "00:00"), probe("10:00", "06:55"));
    expect(late("06:59")).toBe("good");
    expect(late("07:00")).toBe("bad");
    expect(late("07:01")).toBe("bad");
  });

  it("is not paid for by the load that was late for the one before", () => {
    expect(
      deliveries(2, probe("07:01", "00:00"), probe("10:00", "09:00"), probe("1 07:01", "09:00")),
    ).toBe("bad bad");
  });

  it("opens a duration before its deadline, but never before the deadline before", () => {
    const opening = (opensMs: number) => ({ ...daily, opensMs });
    const seen = sighted([probe("07:01", "05:00"), probe("1 07:01", "1 05:00")], daily);
    const states = (opensMs: number) =>
      judged(opening(opensMs), seen, midnight, midnight + 2 * day);
    expect(states(hour)).toBe("bad bad");
    expect(states(3 * hour)).toBe("good good");
    const once = sighted([probe("07:01", "05:00"), probe("1 07:01", "05:00")], daily);
    expect(judged(opening(48 * hour), once, midnight, midnight + 2 * day)).toBe("good bad");
  });

  it("is bad on every day of a silence that one probe sees the end of", () => {
    expect(deliveries(4, probe("07:10", "06:00"), probe("3 08:00", "06:00"))).toBe(
      "good bad bad bad",
    );
  });

  it("is bad in a dataset that is empty", () => {
    expect(deliveries(2, probe("07:10"), probe("1 08:00", "1 06:00"))).toBe("bad good");
  });

  it("is listed with its opening and deadline", () => {
    const sightings = sighted([probe("07:10", "06:00")], daily);
    expect(judgeDeadlines(daily, sightings, midnight, midnight + day)).toEqual([
      { opensMs: midnight, dueMs: at("07:00"), state: "good" },
    ]);
  });
});

describe("after a rollback, a delivery", () => {
  it("is bad only if it was the last one due: earlier ones may have been there", () => {
    expect(deliveries(4, probe("07:10", "06:00"), probe("3 08:00", "05:00"))).toBe(
      "good unknown unknown bad",
    );
    expect(deliveries(4, probe("07:10", "06:00"), probe("3 08:00"))).toBe(
      "good unknown unknown bad",
    );
  });

  it("is judged as ever where another generation goes by another newest load", () => {
    const sightings = sighted(
      [probe("3 08:00", "05:00")],
      daily,
      { ...owner, generation: "b" },
      sighted([probe("07:10", "06:00")], daily),
    );
    expect(judged(daily, sightings, midnight, midnight + 4 * day)).toBe("good bad bad bad");
  });

  it("that comes later is judged as ever", () => {
    const rollback = [probe("07:10", "06:00"), probe("1 08:00", "05:00")];
    expect(deliveries(4, ...rollback, probe("3 08:00", "05:00"))).toBe("good bad bad bad");
    expect(deliveries(4, ...rollback, probe("3 08:00", "1 09:00"))).toBe("good bad bad bad");
  });

  it("is judged by where the rollback was seen first, though more was loaded before the next probe", () => {
    const rollback = [probe("10:00", "09:00"), probe("11:00", "08:00"), probe("3 08:00", "08:30")];
    expect(deliveries(4, ...rollback)).toBe("unknown bad bad bad");
  });

  it("that was seen in time stays good", () => {
    expect(deliveries(1, probe("06:00", "05:00"), probe("06:30", "04:00"))).toBe("good");
    const seen = [probe("1 06:00", "1 05:00"), probe("1 07:30", "05:00")];
    expect(deliveries(2, ...seen)).toBe("good good");
  });

  it("is good by the load that comes to light, and not bad for the want of one", () => {
    const hidden = [probe("10:00", "09:00"), probe("11:00", "00:00")];
    expect(deliveries(1, ...hidden)).toBe("unknown");
    expect(deliveries(1, ...hidden, probe("1 08:00", "06:30"))).toBe("good");
    expect(deliveries(1, ...hidden, probe("1 08:00", "07:30"))).toBe("unknown");
    expect(deliveries(1, ...hidden, probe("12:00", "08:00"), probe("13:00", "07:00"))).toBe("good");
  });
});

describe("known loads", () => {
  const before = probe("07:10", "06:00");

  it("settle the deliveries of an outage, when they are complete", () => {
    const known = loads("1 06:30", "3 06:40", "4 06:10");
    expect(deliveries(5, before, probe("4 12:00", "4 06:10", known))).toBe(
      "good good bad good good",
    );
  });

  it("prove a delivery that a later load hides, when they are some", () => {
    const some = { loads: { instants: [at("3 06:40")], isComplete: false } };
    expect(deliveries(4, before, probe("3 12:00", "3 11:00", some))).toBe(
      "good unknown unknown good",
    );
    expect(deliveries(4, probe("3 12:00", "3 11:00", some))).toBe("unknown unknown unknown good");
  });

  it("do not undo what a probe saw", () => {
    const seen = [probe("06:00", "00:00"), probe("07:01", "00:00")];
    expect(deliveries(1, ...seen, probe("10:00", "09:00", loads("06:50", "09:00")))).toBe("bad");
  });

  it("convict nobody by a stamp that became visible late", () => {
    const seen = [before, probe("1 06:00", "06:00")];
    const late = { loads: { instants: [at("23:00"), at("1 06:59")], isComplete: false } };
    expect(deliveries(2, ...seen, probe("1 10:00", "1 09:00", late))).toBe("good good");
  });

  it("are passed over where they were known before, or are newer than what the probe saw", () => {
    const known = loads("05:00", "06:00", "1 06:30", "1 09:00", "1 11:00");
    const sightings = sighted([before, probe("1 10:00", "1 09:00", known)], daily);
    expect(sightings.map(({ newestMs }) => newestMs)).toEqual([
      at("06:00"),
      at("1 06:30"),
      at("1 09:00"),
    ]);
  });

  it("are seen no earlier than the probe that did not see them", () => {
    const late = { loads: { instants: [at("1 06:30")], isComplete: false } };
    const seen = [before, probe("1 06:50", "06:00"), probe("1 10:00", "1 09:00", late)];
    expect(sighted(seen, daily).map(({ fromMs }) => fromMs)).toEqual([
      at("07:10"),
      at("1 06:50"),
      at("1 10:00"),
    ]);
  });

  it("say nothing about the time after an emptied dataset", () => {
    const emptied = { ...probe("3 08:00"), ...loads() };
    expect(deliveries(4, before, emptied)).toBe("good unknown unknown bad");
  });
});
