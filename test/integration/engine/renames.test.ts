import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FailingStore } from "./failing-store.ts";
import { at, deliveriesOf, duesIn, hourMs, secondMs, timelineOf } from "./promises.ts";
import { minuteMs, noonMs, productFile, type Watched, Workshop } from "./support.ts";

/** What things are called, and what they were called before. */
interface Names {
  readonly product?: string;
  readonly dataset?: string;
  readonly check?: string;
  readonly slo?: string;
}

const before: Required<Names> = {
  product: "orders",
  dataset: "orders",
  check: "fresh",
  slo: "fresh",
};

function productOf(names: Names): string {
  const { product, dataset, check, slo } = { ...before, ...names };
  const was = (key: keyof Names) =>
    names[key] === undefined ? "" : `renamed_from: ${before[key]}`;
  return `
version: 1
product: ${product}
${was("product")}
owner: shop
tier: silver
datasets:
  ${dataset}:
    ${was("dataset")}
    files: orders.csv
    schedule: { just_in_time: true, at_least_every: 1d }
    columns: { id: { type: bigint }, loaded_at: { type: timestamp } }
    checks:
      ${check}:
        ${was("check")}
        type: freshness
        column: loaded_at
        max_age: 1h
slos:
  ${slo}:
    ${was("slo")}
    objective: 80%
    window: 1d
    checks: [${dataset}.${check}]
`;
}

const renames: readonly (readonly [string, Names])[] = [
  ["a product", { product: "sales" }],
  ["a dataset", { dataset: "lines" }],
  ["a check", { check: "young" }],
  ["an SLO", { slo: "timely" }],
  ["all of them at once", { product: "sales", dataset: "lines", check: "young", slo: "timely" }],
];

describe.each(renames)("a new name for %s", (_, names) => {
  const now = { ...before, ...names };
  const datasetId = `${now.product}/${now.dataset}`;
  const checkId = `${datasetId}/${now.check}`;
  const sloId = `${now.product}/${now.slo}`;

  let workshop: Workshop;
  beforeEach(() => {
    workshop = new Workshop();
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  /** Stale since one o'clock, told at seven seconds past, and now it is ten past. */
  async function failing(): Promise<Watched> {
    const watched = await workshop.start(productOf({}));
    for (const time of ["13:00:02", "13:00:07", "13:06:22", "13:10:00"]) {
      await watched.advance(at(`2026-01-05T${time}`) - watched.clock.nowMs);
    }
    expect(watched.watch.state.openIncidents()).toHaveLength(1);
    return watched;
  }

  async function restarted(): Promise<Watched> {
    await workshop.stop();
    return workshop.start(productOf(names));
  }

  async function reloaded(watched: Watched): Promise<Watched> {
    await watched.watch.reload(await watched.load(productOf(names)));
    await watched.settle();
    return watched;
  }

  it.each([
    ["a restart", restarted],
    ["a reload", reloaded],
  ])("carries history, incident and promise over at %s", async (__, rename) => {
    const old = await failing();
    const [incident] = old.watch.state.openIncidents();
    const { watch, store, clock, advance } = await rename(old);
    expect(timelineOf(watch, clock.nowMs, sloId)).toBe("good 1h, bad 10m");
    expect(watch.state.openIncidents()).toEqual([
      { ...incident, product: now.product, datasetId, checkIds: [checkId] },
    ]);
    expect(watch.state.alertStateOf(checkId)).toMatchObject({
      phase: "failing",
      incidentId: incident?.id,
    });
    expect([...(await store.timelines.sloSince())]).toEqual([[sloId, noonMs]]);
    expect(await store.results.history(checkId, 0, clock.nowMs)).not.toEqual([]);

    workshop.rows([noonMs, at("2026-01-05T13:12:00")]);
    await advance(12 * minuteMs);
    expect(watch.state.openIncidents()).toEqual([]);
    expect(timelineOf(watch, clock.nowMs, sloId)).toBe("good 1h, bad 12m, good 10m");
    const told = await store.outbox.list(10);
    expect(told.map(({ notice }) => `${notice.change} ${notice.product.name}`)).toEqual([
      "opened orders",
      `resolved ${now.product}`,
    ]);
    expect(told[1]?.notice.incidentId).toBe(incident?.id);
  });

  it("is taken back as a whole when the reload cannot be stored", async () => {
    const stores: FailingStore[] = [];
    const watched = await workshop.start(productOf({}), {
      wrapStore: (real) => {
        const failingStore = new FailingStore(real);
        stores.push(failingStore);
        return failingStore.store;
      },
    });
    const [store] = stores;
    const next = await watched.load(productOf(names));
    if (store !== undefined) {
      store.failing = "commit";
    }
    await expect(watched.watch.reload(next)).rejects.toThrow("The disk of the store is full");
    if (store !== undefined) {
      store.failing = "nothing";
    }
    await watched.advance(hourMs + 2 * secondMs);
    expect(timelineOf(watched.watch, watched.clock.nowMs)).toBe("good 1h, bad 2s");
    await watched.watch.reload(next);
    expect(timelineOf(watched.watch, watched.clock.nowMs, sloId)).toBe("good 1h, bad 2s");
    expect(await watched.store.results.history("orders/orders/fresh", 0, noonMs * 2)).toHaveLength(
      checkId === "orders/orders/fresh" ? 2 : 0,
    );
  });
});

describe("a new name", () => {
  let workshop: Workshop;
  beforeEach(() => {
    workshop = new Workshop();
  });
  afterEach(async () => {
    await workshop[Symbol.asyncDispose]();
  });

  it("carries deliveries over, and how they were promised", async () => {
    const daily = (check: string, by: string) =>
      productFile({
        schedule: "{ just_in_time: true, at_least_every: 1d }",
        checks: `      ${check}: { type: freshness, column: loaded_at, by: "${by}"${check === "due" ? "" : ", renamed_from: due"} }\n`,
        slos: `  due: { objective: 50%, window: 30d, checks: [orders.${check}] }`,
      });
    const watched = await workshop.start(daily("due", "07:00"));
    await watched.advance(at("2026-01-06T07:00:30") - noonMs);
    await watched.watch.reload(await watched.load(daily("arrived", "08:00")));
    await watched.settle();
    await watched.advance(at("2026-01-06T08:00:30") - watched.clock.nowMs);
    workshop.rows([at("2026-01-07T07:30:00")]);
    await watched.advance(at("2026-01-07T08:00:30") - watched.clock.nowMs);
    const known = ["2026-01-06 bad", "2026-01-06 bad", "2026-01-07 good"];
    expect(deliveriesOf(watched.watch, watched.clock.nowMs, "orders/due")).toEqual(known);
    await workshop.stop();
    const restarted = await workshop.start(daily("arrived", "08:00"));
    expect(deliveriesOf(restarted.watch, restarted.clock.nowMs, "orders/due")).toEqual(known);
  });

  it("keeps the moment of the next look, without a probe of its own", async () => {
    const halfPast = (names: Names) =>
      productOf(names).replace(/schedule: .*/, 'schedule: { cron: "30 12 * * *" }');
    const watched = await workshop.start(halfPast({}));
    await watched.advance(30 * minuteMs);
    await watched.watch.reload(await watched.load(halfPast({ dataset: "lines" })));
    await watched.settle();
    expect(watched.endings.done).toBe(1);
    await watched.advance(30 * minuteMs + 2 * secondMs);
    expect(duesIn(workshop.storePath, "just_in_time")).toEqual(["2026-01-05T13:00:02"]);
  });
});
