import type { Mesh } from "../core/mesh.ts";
import { stableText } from "./compile/generation.ts";
import { compareText } from "./problems.ts";

/** What a reload changes, by id. */
export interface MeshDifference {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** `old → new`, of what keeps its history under a new id; neither of the two is added or removed. */
  readonly renamed: readonly string[];
}

/**
 * Compares two meshes. Products, datasets and checks are named by their ids; SLOs, connections, teams,
 * notifiers and calendars carry their kind (`slo:orders/fresh`), since an SLO and a dataset may share an id. `store` and
 * `http` stand for themselves. A thing that holds others changes with its own keys only.
 */
export function diffMesh(before: Mesh, after: Mesh): MeshDifference {
  const old = entriesOf(before);
  const now = entriesOf(after);
  const renames = renamesOf(after).filter(
    ([from, to]) => old.has(from) && !now.has(from) && now.has(to) && !old.has(to),
  );
  const moved = new Set(renames.flat());
  return {
    added: sorted([...now.keys()].filter((id) => !old.has(id) && !moved.has(id))),
    changed: sorted(
      [...now].filter(([id, text]) => old.has(id) && old.get(id) !== text).map(([id]) => id),
    ),
    removed: sorted([...old.keys()].filter((id) => !now.has(id) && !moved.has(id))),
    renamed: sorted(renames.map(([from, to]) => `${from} → ${to}`)),
  };
}

/** Old and new ids, with their kind as in a difference. */
function renamesOf({ renames }: Mesh): readonly (readonly [string, string])[] {
  const { products, datasets, checks, slos } = renames;
  const ofSlos = [...slos].map(([from, to]) => [`slo:${from}`, `slo:${to}`] as const);
  return [...products, ...datasets, ...checks, ...ofSlos];
}

function entriesOf(mesh: Mesh): ReadonlyMap<string, string> {
  const sections: readonly (readonly [string, ReadonlyMap<string, object>])[] = [
    ["", mesh.products],
    ["", mesh.datasets],
    ["", mesh.checks],
    ["slo:", mesh.slos],
    ["connection:", mesh.connections],
    ["notifier:", mesh.notifiers],
    ["team:", mesh.teams],
    ["calendar:", mesh.calendars],
  ];
  const entries = new Map<string, string>([
    ["store", stableText(mesh.store)],
    ["http", stableText(mesh.http)],
  ]);
  for (const [prefix, map] of sections) {
    for (const [id, value] of map) {
      const {
        datasetIds: _d,
        sloIds: _s,
        checkIds,
        ...own
      } = value as Readonly<Record<string, unknown>>;
      const kept = prefix === "slo:" ? { ...own, checkIds } : own;
      entries.set(`${prefix}${id}`, stableText(kept));
    }
  }
  return entries;
}

function sorted(ids: readonly string[]): readonly string[] {
  return [...ids].sort(compareText);
}
