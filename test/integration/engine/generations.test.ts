import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  at,
  deliveriesOf,
  duesIn,
  gaugesOf,
  hourMs,
  iso,
  statusOf,
  timelineOf,
} from "./promises.ts";
import { minuteMs, noonMs, productFile, type Watched, Workshop } from "./support.ts";

const workdays = (holidays: string) => `
calendars:
  workdays: { days: [mon, tue, wed, thu, fri, sat], holidays: [${holidays}] }
`;
const to = ({ advance, clock }: Watched, text: string) => advance(at(text) - clock.nowMs);

describe("another generation of a check", () => {
  /** A cron time, so that a changed promise waits for it and is not measured at once. */
  const hourly = productFile({
    schedule: '{ cron: "30 * * * *" }',
    checks: `
      fresh: { type: freshness, column: loaded_at, max_age: 1h, history: append_only }
      enough: { type: volume, min: 2 }
`,
    slos: `
  fresh: { objective: 80%, window: 1d, checks: [orders.fresh] }
  enough: { objective: 80%, window: 1d, checks: [orders.enough], coverage_floor: 0 }
`,
  });
  const changed = hourly.replace("max_age: 1h", "max_age: 2h").replace("min: 2", "min: 1");

  let workshop: Workshop;
  beforeEach(() => {
    workshop = new Workshop();
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  /** Measured at half past twelve, and promised otherwise from twenty to one. */
  async function changedAtTwentyToOne(text = changed): Promise<Watched> {
    const watched = await workshop.start(hourly);
    await to(watched, "2026-01-05T12:30:00");
    watched.clock.nowMs = at("2026-01-05T12:40:00");
    await watched.watch.reload(await watched.load(text));
    return watched;
  }

  it("ends what the one before said, and says nothing until it is measured", async () => {
    const { watch } = await changedAtTwentyToOne();
    const nowMs = at("2026-01-05T13:00:00");
    expect(timelineOf(watch, nowMs)).toBe("good 40m, unknown 20m");
    expect(timelineOf(watch, nowMs, "orders/enough")).toBe("unknown 30m, good 10m, unknown 20m");
    expect(await gaugesOf(watch, nowMs)).toMatchObject({ good: null, measured: {} });
  });

  it("is not looked at by the moments of the one before", async () => {
    const watched = await changedAtTwentyToOne();
    await to(watched, "2026-01-05T13:00:02");
    expect(duesIn(workshop.storePath, "just_in_time")).toEqual([]);
    await to(watched, "2026-01-05T13:30:00");
    await to(watched, "2026-01-05T14:00:02");
    expect(duesIn(workshop.storePath, "just_in_time")).toEqual(["2026-01-05T14:00:02"]);
  });

  it("makes no pair with a probe of the one before, and no history across", async () => {
    const watched = await changedAtTwentyToOne();
    workshop.rows([noonMs, at("2026-01-05T13:20:00")]);
    await to(watched, "2026-01-05T13:30:00");
    // As a pair they would say that all was well, for nothing was two hours old.
    expect(timelineOf(watched.watch, watched.clock.nowMs)).toBe("good 40m, unknown 40m, good 10m");
  });

  it("knows by the newest load alone what has been since it was promised", async () => {
    const watched = await changedAtTwentyToOne();
    await to(watched, "2026-01-05T13:30:00");
    expect(timelineOf(watched.watch, watched.clock.nowMs)).toBe("good 1h30m");
  });

  it("leaves what was bad by the promise before", async () => {
    const watched = await workshop.start(hourly);
    await to(watched, "2026-01-05T12:30:00");
    await to(watched, "2026-01-05T13:30:00");
    await watched.watch.reload(await watched.load(changed));
    await to(watched, "2026-01-05T14:30:00");
    expect(timelineOf(watched.watch, watched.clock.nowMs)).toBe(
      "good 1h, bad 30m, good 30m, bad 30m",
    );
  });

  it("begins in the same way when the files changed while the daemon was down", async () => {
    const before = await workshop.start(hourly);
    await to(before, "2026-01-05T12:30:00");
    await workshop.stop();
    workshop.clock.nowMs = at("2026-01-05T12:40:00");
    workshop.rows([noonMs, at("2026-01-05T13:20:00")]);
    const watched = await workshop.start(changed);
    await to(watched, "2026-01-05T13:30:00");
    expect(timelineOf(watched.watch, watched.clock.nowMs)).toBe("good 40m, unknown 40m, good 10m");
  });

  describe("by its severity", () => {
    const daily = (severity: string) =>
      productFile({
        schedule: "{ every: 1d }",
        checks: `      fresh: { type: freshness, column: loaded_at, max_age: 1h, severity: ${severity} }\n`,
        slos: "  fresh: { objective: 80%, window: 30d, checks: [orders.fresh] }",
      });

    async function changedAtTwo(before: string, after: string): Promise<Watched> {
      const watched = await workshop.start(daily(before));
      for (const time of ["13:00:02", "13:00:07", "14:00:00"]) {
        await watched.advance(at(`2026-01-05T${time}`) - watched.clock.nowMs);
      }
      await watched.watch.reload(await watched.load(daily(after)));
      await watched.settle();
      return watched;
    }

    it("does not hold what was only a warning against the promise, and is measured at once", async () => {
      const { watch, clock } = await changedAtTwo("warn", "fail");
      expect((await gaugesOf(watch, clock.nowMs))?.good).toBe(false);
      expect(timelineOf(watch, clock.nowMs + 30 * minuteMs)).toBe("good 2h, bad 30m");
    });

    it("spends no budget any more, and leaves no incident", async () => {
      const { watch, clock } = await changedAtTwo("fail", "warn");
      expect((await gaugesOf(watch, clock.nowMs))?.good).toBe(true);
      expect(watch.state.openIncidents()).toEqual([]);
      expect(timelineOf(watch, clock.nowMs + 30 * minuteMs)).toBe("good 1h, bad 1h, good 30m");
    });
  });

  it("of an SLO there is none: objective and window are reckoned anew from the same observations", async () => {
    const watched = await workshop.start(hourly);
    await to(watched, "2026-01-05T12:30:00");
    await to(watched, "2026-01-05T13:30:00");
    const { watch, clock, load } = watched;
    const probes = watched.probes.length;
    expect(statusOf(watch, clock.nowMs).budget.remaining).toBeCloseTo(1 - 0.5 / 4.8, 12);
    await watch.reload(
      await load(
        hourly.replace(
          "objective: 80%, window: 1d, checks: [orders.fresh]",
          "objective: 50%, window: 1h, checks: [orders.fresh]",
        ),
      ),
    );
    expect(watched.probes).toHaveLength(probes);
    expect(statusOf(watch, clock.nowMs)).toMatchObject({
      good: 30 * minuteMs,
      bad: 30 * minuteMs,
      sli: 0.5,
      budget: { allowed: hourMs / 2, remaining: 0 },
    });
  });
});

describe("deliveries that are promised otherwise from now on", () => {
  const daily = (more: string) =>
    productFile({
      schedule: "{ just_in_time: true, at_least_every: 1d }",
      checks: `      due: { type: freshness, column: loaded_at, ${more} }\n`,
      slos: "  due: { objective: 50%, window: 30d, checks: [orders.due] }",
    });
  const bySeven = daily('by: "07:00", calendar: workdays');
  const byEight = daily('by: "08:00", calendar: workdays');

  let workshop: Workshop;
  beforeEach(() => {
    workshop = new Workshop(workdays(""));
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  const deliveries = ({ watch, clock }: Watched) => deliveriesOf(watch, clock.nowMs, "orders/due");

  /** A load at half past seven of each day, until noon of the given one. */
  async function watchUntil(watched: Watched, ...days: readonly number[]): Promise<void> {
    for (const day of days) {
      const today = `2026-01-0${day}`;
      await to(watched, `${today}T07:00:30`);
      workshop.rows([at(`${today}T07:30:00`)]);
      await to(watched, `${today}T08:00:30`);
      await to(watched, `${today}T12:00:00`);
    }
  }

  it("leaves those of before as they were judged, and judges those to come by the new time", async () => {
    const watched = await workshop.start(bySeven);
    await watchUntil(watched, 6, 7);
    expect(deliveries(watched)).toEqual(["2026-01-06 bad", "2026-01-07 bad"]);
    await watched.watch.reload(await watched.load(byEight));
    expect(deliveries(watched)).toEqual(["2026-01-06 bad", "2026-01-07 bad"]);
    await watchUntil(watched, 8, 9);
    const known = ["2026-01-06 bad", "2026-01-07 bad", "2026-01-08 good", "2026-01-09 good"];
    expect(deliveries(watched)).toEqual(known);
    await workshop.stop();
    expect(deliveries(await workshop.start(byEight))).toEqual(known);
  });

  describe("after something else", () => {
    const onceAWeek = daily("max_age: 9d");
    const asWarning = daily('by: "07:00", calendar: workdays, severity: warn').replace(
      "just_in_time: true, at_least_every",
      "every",
    );

    it.each([
      ["an age", onceAWeek],
      ["a warning", asWarning],
    ])("leave the days unknown on which %s was promised", async (_, text) => {
      const watched = await workshop.start(text);
      await to(watched, "2026-01-07T12:00:00");
      await watched.watch.reload(await watched.load(bySeven));
      await watched.settle();
      await to(watched, "2026-01-08T07:00:30");
      const known = ["2026-01-06 unknown", "2026-01-07 unknown", "2026-01-08 bad"];
      expect(deliveries(watched)).toEqual(known);
      expect(statusOf(watched.watch, watched.clock.nowMs, "orders/due").budget.allowed).toBe(13);
      await workshop.stop();
      expect(deliveries(await workshop.start(bySeven))).toEqual(known);
    });

    it("leave those unknown that were only a warning in between", async () => {
      const watched = await workshop.start(bySeven);
      await to(watched, "2026-01-06T07:00:30");
      await watched.watch.reload(await watched.load(asWarning));
      await to(watched, "2026-01-07T12:00:00");
      await watched.watch.reload(await watched.load(bySeven));
      await watched.settle();
      await to(watched, "2026-01-08T07:00:30");
      expect(deliveries(watched)).toEqual([
        "2026-01-06 bad",
        "2026-01-07 unknown",
        "2026-01-08 bad",
      ]);
    });
  });

  it("judges anew the days that the calendar had wrong, those of an earlier promise too", async () => {
    const watched = await workshop.start(bySeven);
    await watchUntil(watched, 6);
    await watched.watch.reload(await watched.load(byEight));
    await watchUntil(watched, 7, 8);
    expect(deliveries(watched)).toEqual(["2026-01-06 bad", "2026-01-07 good", "2026-01-08 good"]);
    workshop.declare(workdays('"2026-01-06", "2026-01-07"'));
    await watched.watch.reload(await watched.load(byEight));
    expect(deliveries(watched)).toEqual(["2026-01-08 good"]);
    await workshop.stop();
    workshop.declare(workdays('"2026-01-07"'));
    const restarted = await workshop.start(byEight);
    expect(deliveries(restarted)).toEqual(["2026-01-06 bad", "2026-01-08 good"]);
    expect(iso(restarted.clock.nowMs)).toBe("2026-01-08T12:00:00");
  });

  it("takes no delivery twice and none away when the same promise is loaded again", async () => {
    const watched = await workshop.start(bySeven);
    await watchUntil(watched, 6);
    await watched.watch.reload(
      await watched.load(bySeven.replace("due: {", "due: { description: By seven,")),
    );
    await watchUntil(watched, 7);
    expect(deliveries(watched)).toEqual(["2026-01-06 bad", "2026-01-07 bad"]);
  });
});
