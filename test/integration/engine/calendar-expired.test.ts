import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { at, deliveriesOf, duesIn } from "./promises.ts";
import { productFile, type Watched, Workshop } from "./support.ts";

const until = (day: string, holidays = "") => `
calendars:
  workdays: { days: [mon, tue, wed, thu, fri], holidays: [${holidays}], valid_until: ${day} }
`;
const product = productFile({
  schedule: '{ cron: "0 9 * * *" }',
  checks: '      due: { type: freshness, column: loaded_at, by: "07:00", calendar: workdays }\n',
  slos: "  due: { objective: 50%, window: 30d, checks: [orders.due] }",
});

describe("a calendar that has ended", () => {
  let workshop: Workshop;
  beforeEach(() => {
    // Tuesday is the last day whose holidays are known.
    workshop = new Workshop(until("2026-01-06"));
    workshop.rows([at("2026-01-05T11:00:00")]);
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  const to = ({ advance, clock }: Watched, text: string) => advance(at(text) - clock.nowMs);
  const latest = ({ watch }: Watched) => watch.state.latestOf("orders/orders/due")?.result;

  async function daysUntil(watched: Watched, last: number): Promise<void> {
    for (let day = 6; day <= last; day += 1) {
      const today = `2026-01-${String(day).padStart(2, "0")}`;
      await to(watched, `${today}T06:00:00`);
      workshop.rows([at(`${today}T06:00:00`)]);
      await to(watched, `${today}T07:00:30`);
      await to(watched, `${today}T09:00:00`);
    }
  }

  it("is an error from the end of its last day, and nothing is measured", async () => {
    const watched = await workshop.start(product);
    await daysUntil(watched, 6);
    expect(latest(watched)?.outcome).toBe("pass");
    workshop.breakData();
    await to(watched, "2026-01-07T07:00:30");
    expect(latest(watched)).toMatchObject({
      outcome: "error",
      failure: { kind: "calendar_expired" },
    });
    // Nobody knows whether anything is late, so that nothing is looked for.
    await to(watched, "2026-01-07T08:00:00");
    expect(duesIn(workshop.storePath, "just_in_time")).toEqual([]);
  });

  it("is told as blindness after three cadences, once", async () => {
    const watched = await workshop.start(product);
    await daysUntil(watched, 9);
    expect(watched.watch.state.openIncidents()).toEqual([]);
    await daysUntil(watched, 10);
    expect(watched.watch.state.openIncidents()).toMatchObject([
      { kind: "blind", checkIds: ["orders/orders/due"], sinceMs: at("2026-01-07T07:00:30") },
    ]);
    await daysUntil(watched, 11);
    const told = await watched.store.outbox.list(10);
    expect(told.map(({ notice }) => [notice.kind, notice.change])).toEqual([["blind", "opened"]]);
    const [check] = told[0]?.notice.checks ?? [];
    expect(check?.failure).toBe("calendar_expired");
    expect(check?.hint).toContain("valid_until");
  });

  it("goes on when its days are known, and the days before are judged by what is seen then", async () => {
    const watched = await workshop.start(product);
    await daysUntil(watched, 10);
    const deliveries = () => deliveriesOf(watched.watch, watched.clock.nowMs, "orders/due");
    expect(deliveries()).toEqual([
      "2026-01-06 good",
      "2026-01-07 unknown",
      "2026-01-08 unknown",
      "2026-01-09 unknown",
    ]);
    workshop.declare(until("2026-12-31", '"2026-01-08"'));
    await watched.watch.reload(await watched.load(product));
    expect(deliveries()).toEqual(["2026-01-06 good", "2026-01-07 unknown", "2026-01-09 unknown"]);
    await to(watched, "2026-01-11T09:00:00");
    expect(latest(watched)?.outcome).toBe("pass");
    expect(watched.watch.state.openIncidents()).toEqual([]);
  });
});
