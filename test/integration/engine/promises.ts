/** What a test asks a watch of its promises over time. */
import { DatabaseSync } from "node:sqlite";
import type { Slo } from "../../../src/core/mesh.ts";
import type { SlotEnding, SlotKind } from "../../../src/core/vocabulary.ts";
import { snapshotOf } from "../../../src/engine/snapshot.ts";
import type { Watch } from "../../../src/engine/watch.ts";
import { Slices } from "../../../src/metrics/slices.ts";
import type { CheckSnapshot, SloSnapshot } from "../../../src/metrics/snapshot.ts";
import type { SloStatus } from "../../../src/slo/evaluate.ts";
import { formatDuration } from "../../../src/time/duration.ts";

export const secondMs = 1_000;
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** `2026-01-05T13:00:02`, in UTC. */
export function iso(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

/** The instant of a text like `2026-01-05T13:00:02` in UTC. */
export function at(text: string): number {
  return Date.parse(`${text}Z`);
}

export function sloOf(watch: Watch, id = "orders/fresh"): Slo {
  const slo = watch.mesh.slos.get(id);
  if (slo === undefined) {
    throw new Error(`there is no SLO ${id}`);
  }
  return slo;
}

export function statusOf(watch: Watch, nowMs: number, id?: string): SloStatus {
  return watch.state.statusOf(sloOf(watch, id), nowMs);
}

/** `good 1h, unknown 2s`: from the moment that the SLO was first loaded, or its window's start, until now. */
export function timelineOf(watch: Watch, nowMs: number, id?: string): string {
  return statusOf(watch, nowMs, id)
    .timeline.map(({ fromMs, toMs, state }) => `${state} ${formatDuration(toMs - fromMs)}`)
    .join(", ");
}

/** Of an SLO that counts deliveries: `2026-01-06 bad` for each, by the day of its deadline in UTC. */
export function deliveriesOf(watch: Watch, nowMs: number, id?: string): readonly string[] {
  return statusOf(watch, nowMs, id).timeline.map(
    ({ toMs, state }) => `${iso(toMs).slice(0, 10)} ${state}`,
  );
}

/** What /metrics shows of a check. */
export async function gaugesOf(
  watch: Watch,
  nowMs: number,
  check = "fresh",
): Promise<CheckSnapshot | undefined> {
  const { checks } = await snapshotOf(watch.mesh, watch.state, new Map(), nowMs, slices());
  return checks.find((one) => one.check === check);
}

/** What /metrics shows of an SLO. */
export async function sloGaugesOf(
  watch: Watch,
  nowMs: number,
  slo = "fresh",
): Promise<SloSnapshot | undefined> {
  const { slos } = await snapshotOf(watch.mesh, watch.state, new Map(), nowMs, slices());
  return slos.find((one) => one.slo === slo);
}

function slices(): Slices {
  return new Slices({ now: () => 0, monotonicMs: () => 0 });
}

export interface StoredSlot {
  readonly due: string;
  readonly ending: SlotEnding | null;
  readonly checks: readonly string[];
}

/** The slots of one kind, by due time, as the store has them; checks by their own names. */
export function slotsIn(storePath: string, kind: SlotKind): readonly StoredSlot[] {
  using db = new DatabaseSync(storePath, { readOnly: true });
  const rows = db
    .prepare("SELECT due_ms, ending, check_ids FROM slots WHERE kind = ? ORDER BY due_ms, id")
    .all(kind) as { due_ms: number; ending: SlotEnding | null; check_ids: string }[];
  return rows.map((row) => ({
    due: iso(row.due_ms),
    ending: row.ending,
    checks: (JSON.parse(row.check_ids) as string[]).map((id) => id.slice(id.lastIndexOf("/") + 1)),
  }));
}

/** When slots of one kind were due. */
export function duesIn(storePath: string, kind: SlotKind): readonly string[] {
  return slotsIn(storePath, kind).map(({ due }) => due);
}

/** Stretches of due times that nobody watched, as the store has them. */
export function missedIn(
  storePath: string,
): readonly { readonly from: string; readonly to: string; readonly count: number }[] {
  using db = new DatabaseSync(storePath, { readOnly: true });
  const rows = db
    .prepare("SELECT from_ms, to_ms, count FROM missed_slots ORDER BY from_ms")
    .all() as { from_ms: number; to_ms: number; count: number }[];
  return rows.map((row) => ({ from: iso(row.from_ms), to: iso(row.to_ms), count: row.count }));
}
