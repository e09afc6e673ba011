import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Mesh } from "../../../src/core/mesh.ts";
import { WatchState } from "../../../src/engine/state.ts";
import { intervalsOf } from "../../../src/slo/timeline.ts";
import { type Answer, ScriptedWarehouse } from "./scripted-warehouse.ts";
import { minuteMs, Stage, type Staged } from "./stage.ts";

const dayMs = 1_440 * minuteMs;

const daemonFile = `
version: 1
products: ["*.product.yaml"]
connections: { lake: { type: duckdb } }
teams: { shop: { notify: { page: [console], ticket: [console] } } }
notifiers: { console: { type: console } }
`;

/** Declarations that a reload goes between: a promise is changed, disabled, removed and given another schedule. */
const checks = {
  usual: "two: { type: volume, min: 2 }",
  stricter: "two: { type: volume, min: 3 }",
  disabled: "two: { type: volume, min: 2, enabled: false, reason: Rebuilt }",
  removed: "other: { type: volume, min: 2 }",
  often: "two: { type: volume, min: 2, schedule: { every: 1m } }",
} as const;
type Declared = keyof typeof checks;

function productFile(name: string, declared: Declared): string {
  return `
version: 1
product: ${name}
tier: silver
owner: shop
datasets:
  rows:
    files: ${name}.csv
    schedule: { every: 10m }
    columns: { id: { type: bigint } }
    checks:
      ${checks[declared]}
      ten: { type: volume, min: 10 }
slos:
  ten: { objective: 90%, window: 1d, checks: [rows.ten] }
`;
}

const events = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant("beat" as const),
        minutes: fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom(0, 1, 3, 10, 30) },
          { weight: 1, arbitrary: fc.constantFrom(-7, -90, 400, 5_000) },
        ),
        orders: fc.constantFrom<Answer>("many", "few", "few", "down"),
        returns: fc.constantFrom<Answer>("many", "few", "down", "down"),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("reload" as const),
        declared: fc.constantFrom(...(Object.keys(checks) as Declared[])),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
  ),
  { minLength: 5, maxLength: 25, size: "max" },
);
type Event = (typeof events extends fc.Arbitrary<infer T> ? T : never)[number];

class World implements AsyncDisposable {
  readonly stage = new Stage();
  readonly warehouse = new ScriptedWarehouse();

  constructor() {
    this.stage.write({
      "tidemark.yaml": daemonFile,
      "orders.product.yaml": productFile("orders", "usual"),
      "returns.product.yaml": productFile("returns", "usual"),
    });
  }

  async start(): Promise<Staged> {
    const staged = await this.stage.start({ specs: this.warehouse.specs() });
    await staged.settle();
    return staged;
  }

  /** Plays one event; returns the watch that is alive afterwards. */
  async play(event: Event, staged: Staged): Promise<Staged> {
    if (event.kind === "restart") {
      await staged.kill();
      return this.start();
    }
    if (event.kind === "reload") {
      await staged.watch.reload(
        await this.stage.mesh({ "orders.product.yaml": productFile("orders", event.declared) }),
      );
      await staged.settle();
      return staged;
    }
    this.warehouse.answers.set("orders/rows", event.orders);
    this.warehouse.answers.set("returns/rows", event.returns);
    await staged.advance(event.minutes * minuteMs);
    return staged;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stage[Symbol.asyncDispose]();
  }
}

/** All that a reader can see of a state within the windows of the mesh. */
function seen(state: WatchState, mesh: Mesh, nowMs: number) {
  const ids = ["orders/rows/two", "orders/rows/other", ...mesh.checks.keys()];
  return {
    checks: ids.map((id) => ({
      id,
      latest: state.latestOf(id),
      lastConclusiveMs: state.lastConclusiveOf(id),
      alert: state.alertStateOf(id),
      timeline: intervalsOf(state.history.runsOf(id), nowMs - 3 * dayMs, nowMs + dayMs),
    })),
    incidents: state.openIncidents().toSorted((a, b) => a.id.localeCompare(b.id)),
    slos: [...mesh.slos.values()].map((slo) => ({
      since: state.sinceOf(slo, nowMs),
      status: state.statusOf(slo, nowMs),
    })),
  };
}

describe("after any sequence of results, clock steps, reloads and restarts", () => {
  it("the watch knows what a fresh start would read from the store, and has ended every slot", async () => {
    await fc.assert(
      fc.asyncProperty(events, async (sequence) => {
        await using world = new World();
        let staged = await world.start();
        for (const event of sequence) {
          staged = await world.play(event, staged);
          const { watch, store } = staged;
          const { nowMs } = world.stage.clock;
          const fresh = await WatchState.load(store, watch.mesh, nowMs);
          expect(seen(watch.state, watch.mesh, nowMs)).toEqual(seen(fresh, watch.mesh, nowMs));
        }
        expect(await staged.store.slots.abandonClaimed(world.stage.clock.nowMs)).toEqual([]);
        expect(await staged.store.slots.countByEnding()).toMatchObject({ error: 0 });
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
