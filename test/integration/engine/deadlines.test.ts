import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  at,
  dayMs,
  deliveriesOf,
  duesIn,
  gaugesOf,
  missedIn,
  slotsIn,
  statusOf,
} from "./promises.ts";
import { minuteMs, productFile, type Watched, Workshop } from "./support.ts";

const calendars = `
calendars:
  workdays: { timezone: Europe/Berlin, days: [mon, tue, wed, thu, fri], holidays: ["2026-01-06"] }
`;
const daily = "{ just_in_time: true, at_least_every: 1d }";

/** By seven in Berlin, which is six in UTC in winter. */
function delivered(more = "", schedule = daily): string {
  return productFile({
    schedule,
    checks: `      due: { type: freshness, column: loaded_at, by: "07:00", timezone: Europe/Berlin${more} }\n`,
    slos: "  due: { objective: 50%, window: 30d, budgeting: deliveries, checks: [orders.due] }",
  });
}

describe("a delivery", () => {
  let workshop: Workshop;
  beforeEach(() => {
    workshop = new Workshop(calendars);
    // A Monday.
    workshop.clock.nowMs = at("2026-01-05T12:00:00");
    loads("2026-01-05T05:10:00");
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  function loads(...times: readonly string[]): void {
    workshop.rows(times.map(at));
  }

  const deadlines = () => duesIn(workshop.storePath, "deadline");
  const to = ({ advance, clock }: Watched, text: string) => advance(at(text) - clock.nowMs);
  const deliveries = ({ watch, clock }: Watched) => deliveriesOf(watch, clock.nowMs, "orders/due");
  const outcome = ({ watch }: Watched) => watch.state.latestOf("orders/orders/due")?.result.outcome;

  it.each([
    ["an interval", "{ every: 4h }"],
    ["a cron time", '{ cron: "0 3 * * *" }'],
    ["nothing but just in time", daily],
  ])("is looked at half a minute after its deadline, beside %s", async (_, schedule) => {
    const watched = await workshop.start(delivered("", schedule));
    await to(watched, "2026-01-06T05:59:00");
    loads("2026-01-05T05:10:00", "2026-01-06T05:59:59");
    await to(watched, "2026-01-06T06:00:29");
    expect(deadlines()).toEqual([]);
    await to(watched, "2026-01-06T06:00:30");
    expect(slotsIn(workshop.storePath, "deadline")).toEqual([
      { due: "2026-01-06T06:00:30", ending: "done", checks: ["due"] },
    ]);
    expect(outcome(watched)).toBe("pass");
    expect(deliveries(watched)).toEqual(["2026-01-06 good"]);
  });

  it("is expected on the calendar's days alone", async () => {
    const watched = await workshop.start(delivered(", calendar: workdays"));
    // Tuesday is a holiday, and Saturday and Sunday are none of the calendar's days.
    for (let hour = 1; hour <= 7 * 24; hour += 1) {
      await watched.advance(60 * minuteMs);
    }
    expect(deadlines()).toEqual([
      "2026-01-07T06:00:30",
      "2026-01-08T06:00:30",
      "2026-01-09T06:00:30",
      "2026-01-12T06:00:30",
    ]);
    expect(statusOf(watched.watch, watched.clock.nowMs, "orders/due")).toMatchObject({
      unit: "deliveries",
      good: 0,
      bad: 4,
      unknown: 0,
    });
  });

  it("is due by the clock of its zone on the day that clocks change", async () => {
    workshop.clock.nowMs = at("2026-03-27T12:00:00");
    const watched = await workshop.start(delivered());
    await to(watched, "2026-03-28T06:01:00");
    await to(watched, "2026-03-29T05:00:29");
    expect(deadlines()).toEqual(["2026-03-28T06:00:30"]);
    await to(watched, "2026-03-29T05:00:30");
    expect(deadlines()).toEqual(["2026-03-28T06:00:30", "2026-03-29T05:00:30"]);
  });

  it("is due as far after an hour that is leapt over as its deadline lies in it", async () => {
    workshop.clock.nowMs = at("2026-03-28T12:00:00");
    const watched = await workshop.start(delivered().replace("07:00", "02:30"));
    // 02:30 in Berlin would be 01:30 in UTC by the new time: 03:30 there.
    await to(watched, "2026-03-29T01:30:29");
    expect(deadlines()).toEqual([]);
    await to(watched, "2026-03-29T01:30:30");
    expect(deadlines()).toEqual(["2026-03-29T01:30:30"]);
  });

  it("that is late opens an incident since its deadline, which its arrival resolves without healing it", async () => {
    const watched = await workshop.start(delivered());
    const { watch, store } = watched;
    await to(watched, "2026-01-06T06:00:30");
    expect(outcome(watched)).toBe("fail");
    expect(watch.state.openIncidents()).toEqual([]);
    await to(watched, "2026-01-06T06:00:35");
    expect(watch.state.openIncidents()).toMatchObject([
      { sinceMs: at("2026-01-06T06:00:00"), openedMs: at("2026-01-06T06:00:35") },
    ]);
    expect(slotsIn(workshop.storePath, "confirm")).toEqual([]);
    expect((await gaugesOf(watch, watched.clock.nowMs, "due"))?.good).toBe(false);

    loads("2026-01-05T05:10:00", "2026-01-06T06:00:40");
    await to(watched, "2026-01-06T06:00:50");
    expect(watch.state.openIncidents()).toEqual([]);
    const told = await store.outbox.list(10);
    expect(told.map(({ notice }) => notice.change)).toEqual(["opened", "resolved"]);
    expect((await gaugesOf(watch, watched.clock.nowMs, "due"))?.good).toBe(true);
    expect(deliveries(watched)).toEqual(["2026-01-06 bad"]);
    expect(statusOf(watch, watched.clock.nowMs, "orders/due")).toMatchObject({
      good: 0,
      bad: 1,
      sli: 0,
      coverage: 1,
      blame: [{ check: "orders/orders/due", bad: 1 }],
    });

    // What came late does not pay for the next day.
    await to(watched, "2026-01-07T06:00:30");
    expect(deliveries(watched)).toEqual(["2026-01-06 bad", "2026-01-07 bad"]);
  });

  it("that is late is looked for at growing intervals, through errors", async () => {
    const watched = await workshop.start(delivered());
    await to(watched, "2026-01-06T06:00:30");
    workshop.breakData();
    await to(watched, "2026-01-06T06:00:35");
    expect(outcome(watched)).toBe("error");
    await to(watched, "2026-01-06T06:00:50");
    await to(watched, "2026-01-06T06:01:50");
    expect(duesIn(workshop.storePath, "just_in_time")).toEqual(
      ["06:00:35", "06:00:50", "06:01:50"].map((time) => `2026-01-06T${time}`),
    );
  });

  it("that an error hid at its deadline is looked for until there is an answer", async () => {
    const watched = await workshop.start(delivered());
    workshop.breakData();
    await to(watched, "2026-01-06T06:00:30");
    expect(outcome(watched)).toBe("error");
    loads("2026-01-05T05:10:00", "2026-01-06T05:20:00");
    await to(watched, "2026-01-06T06:00:35");
    expect(outcome(watched)).toBe("pass");
    expect(deliveries(watched)).toEqual(["2026-01-06 good"]);
    await to(watched, "2026-01-06T07:00:00");
    expect(duesIn(workshop.storePath, "just_in_time")).toEqual(["2026-01-06T06:00:35"]);
  });

  it("that was seen before its deadline is not looked for after an error", async () => {
    const watched = await workshop.start(delivered("", "{ every: 1h }"));
    loads("2026-01-05T05:10:00", "2026-01-06T03:10:00");
    await to(watched, "2026-01-06T05:30:00");
    workshop.breakData();
    await to(watched, "2026-01-06T06:00:30");
    expect(outcome(watched)).toBe("error");
    await watched.advance(5_000);
    expect(duesIn(workshop.storePath, "just_in_time")).toEqual([]);
    expect(deliveries(watched)).toEqual(["2026-01-06 good"]);
  });

  describe("that fell due while the daemon was down", () => {
    it("is looked at when it is back, once for all of them", async () => {
      await workshop.start(delivered());
      await workshop.stop();
      workshop.clock.nowMs = at("2026-01-09T09:00:00");
      const watched = await workshop.start(delivered());
      expect(deadlines()).toEqual(["2026-01-09T06:00:30"]);
      expect(missedIn(workshop.storePath)).toContainEqual({
        from: "2026-01-06T06:00:30",
        to: "2026-01-08T06:00:30",
        count: 3,
      });
      // Nothing was loaded since Monday: all of them are known to be bad.
      expect(deliveries(watched)).toEqual(
        ["06", "07", "08", "09"].map((day) => `2026-01-${day} bad`),
      );
    });

    it("is unknown when a later load hides it", async () => {
      await workshop.start(delivered());
      await workshop.stop();
      workshop.clock.nowMs = at("2026-01-08T09:00:00");
      loads("2026-01-06T05:00:00", "2026-01-07T07:00:00", "2026-01-08T05:00:00");
      const watched = await workshop.start(delivered());
      expect(deliveries(watched)).toEqual([
        "2026-01-06 unknown",
        "2026-01-07 unknown",
        "2026-01-08 good",
      ]);
      expect(statusOf(watched.watch, watched.clock.nowMs, "orders/due").coverage).toBeCloseTo(
        1 / 3,
      );
    });

    it("is judged by the load history where rows keep their load time", async () => {
      const withHistory = delivered(", history: append_only");
      await workshop.start(withHistory);
      await workshop.stop();
      workshop.clock.nowMs = at("2026-01-08T09:00:00");
      loads("2026-01-06T05:00:00", "2026-01-07T07:00:00", "2026-01-08T05:00:00");
      const watched = await workshop.start(withHistory);
      expect(deliveries(watched)).toEqual(["2026-01-06 good", "2026-01-07 bad", "2026-01-08 good"]);
      expect(statusOf(watched.watch, watched.clock.nowMs, "orders/due").coverage).toBe(1);
    });
  });

  it("is counted against the whole of a calendar period", async () => {
    const monthly = delivered().replace(
      "window: 30d",
      "window: { calendar: month, timezone: UTC }",
    );
    const watched = await workshop.start(monthly);
    await to(watched, "2026-01-06T06:00:30");
    const status = statusOf(watched.watch, watched.clock.nowMs, "orders/due");
    // Half of January's 31 deliveries may be bad, and one is.
    expect(status.budget.allowed).toBe(15.5);
    expect(status.budget.consumed).toBeCloseTo(1 / 15.5);
    expect(status.toMs - status.fromMs).toBe(31 * dayMs);
  });
});
