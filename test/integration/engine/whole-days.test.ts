import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { at, dayMs, duesIn, iso, slotsIn, timelineOf } from "./promises.ts";
import { minuteMs, productFile, type Watched, Workshop } from "./support.ts";

const calendars = `
calendars:
  workdays: { timezone: Europe/Berlin, days: [mon, tue, wed, thu, fri], holidays: ["2026-01-06"] }
`;

/** Two rows a day at least, judged two hours after each day in Berlin: at one in UTC in winter. */
const product = productFile({
  checks:
    "      enough: { type: volume, min: 2, column: loaded_at, window: 1d, complete: true, delay: 2h, calendar: workdays }\n",
  slos: "  enough: { objective: 80%, window: 30d, checks: [orders.enough] }",
}).replace("files: orders.csv", "files: orders.csv\n    timezone: Europe/Berlin");
const everyDay = product.replace(", calendar: workdays", "");

describe("a volume of whole days", () => {
  let workshop: Workshop;
  beforeEach(() => {
    workshop = new Workshop(calendars);
    // Thursday, the first day of the year.
    workshop.clock.nowMs = at("2026-01-01T12:00:00");
    workshop.rows([]);
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  const to = ({ advance, clock }: Watched, text: string) => advance(at(text) - clock.nowMs);
  const judged = () =>
    ["scheduled", "catch_up"].flatMap((kind) =>
      duesIn(workshop.storePath, kind as "scheduled" | "catch_up"),
    );
  const latest = ({ watch }: Watched) => watch.state.latestOf("orders/orders/enough");

  /** Two rows on each of these days, at nine in the morning in Berlin. */
  function rowsOn(...days: readonly string[]): void {
    workshop.rows(days.flatMap((day) => [0, minuteMs].map((ms) => at(`${day}T09:00:00`) + ms)));
  }

  it("is judged once a day, as long after its end as the check says", async () => {
    const watched = await workshop.start(everyDay);
    rowsOn("2026-01-01", "2026-01-02");
    while (watched.clock.nowMs < at("2026-01-04T12:00:00")) {
      await watched.advance(30 * minuteMs);
    }
    expect(judged()).toEqual(["02", "03", "04"].map((day) => `2026-01-${day}T01:00:00`));
    // Thursday and Friday had rows, and Saturday had none: looked at again after a minute.
    const results = await watched.store.results.history(
      "orders/orders/enough",
      0,
      at("2026-02-01T00:00:00"),
    );
    expect(results.map(({ result }) => result.outcome)).toEqual(["pass", "pass", "fail", "fail"]);
    expect(results.map(({ result }) => result.measured["rows"])).toEqual([2, 2, 0, 0]);
    expect(slotsIn(workshop.storePath, "confirm")).toHaveLength(1);
  });

  it("counts the rows of a local day, which begins the evening before in UTC", async () => {
    const watched = await workshop.start(everyDay);
    workshop.write({
      "orders.csv": `id,loaded_at
1,2026-01-02T00:00:00
2,2026-01-02T23:59:59
3,2026-01-01T23:59:59
4,2026-01-03T00:00:00
`,
    });
    await to(watched, "2026-01-02T12:00:00");
    await to(watched, "2026-01-03T01:00:00");
    expect(latest(watched)?.result).toMatchObject({ outcome: "pass", measured: { rows: 2 } });
  });

  it("holds over the days that have no data, and skips those", async () => {
    const watched = await workshop.start(product);
    rowsOn("2026-01-01", "2026-01-02", "2026-01-05");
    for (const day of ["02", "03", "04", "05"]) {
      await to(watched, `2026-01-${day}T01:00:00`);
    }
    // On Saturday Friday was judged, on Sunday and Monday there was nothing to judge.
    const results = await watched.store.results.history(
      "orders/orders/enough",
      0,
      at("2026-02-01T00:00:00"),
    );
    expect(
      results.map(({ atMs, result }) => `${iso(atMs).slice(8, 10)} ${result.outcome}`),
    ).toEqual(["02 pass", "03 pass", "04 skip", "05 skip"]);
    // Friday's verdict holds until Monday is judged, on Tuesday, and half a day more.
    const friday = results[1];
    expect((friday?.atMs ?? 0) + (friday?.holdMs ?? 0)).toBe(at("2026-01-06T01:00:00") + dayMs / 2);
    expect(timelineOf(watched.watch, at("2026-01-06T00:59:59"), "orders/enough")).toBe(
      "unknown 13h, good 3d23h59m59s",
    );
  });

  it("skips a holiday, and holds over it", async () => {
    const watched = await workshop.start(product);
    rowsOn("2026-01-05", "2026-01-07");
    await to(watched, "2026-01-06T01:00:00");
    await to(watched, "2026-01-07T01:00:00");
    expect(latest(watched)?.result).toMatchObject({
      outcome: "skip",
      summary: "2026-01-06 is not in the calendar workdays; no rows are expected.",
    });
    await to(watched, "2026-01-08T01:00:00");
    expect(latest(watched)?.result.outcome).toBe("pass");
    expect(timelineOf(watched.watch, watched.clock.nowMs, "orders/enough")).toBe(
      "unknown 4d13h, good 2d",
    );
  });

  it("is caught up once after an outage, with the last day that is over", async () => {
    const before = await workshop.start(everyDay);
    rowsOn("2026-01-01", "2026-01-04");
    await to(before, "2026-01-02T01:00:00");
    await workshop.stop();
    workshop.clock.nowMs = at("2026-01-05T10:00:00");
    const watched = await workshop.start(everyDay);
    expect(latest(watched)?.result).toMatchObject({ outcome: "pass", measured: { rows: 2 } });
    expect(slotsIn(workshop.storePath, "catch_up")).toMatchObject([
      { due: "2026-01-05T01:00:00", ending: "done" },
    ]);
    expect(watched.endings).toMatchObject({ done: 1, missed: 2 });
    expect(timelineOf(watched.watch, watched.clock.nowMs, "orders/enough")).toBe(
      "unknown 13h, good 1d12h, unknown 1d21h",
    );
  });
});
