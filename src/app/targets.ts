import type { Mesh } from "../core/mesh.ts";

/** The channels that the teams of a mesh name. */
export class Targets {
  #known: ReadonlySet<string> = new Set();

  /** Takes over what any team of `meshes` names; two of them while one is being replaced by the other. */
  take(...meshes: readonly Mesh[]): void {
    this.#known = new Set(
      meshes.flatMap(({ teams }) =>
        [...teams.values()].flatMap(({ notify }) =>
          [...notify.page, ...notify.ticket].map((target) =>
            keyOf(target.notifier, target.address),
          ),
        ),
      ),
    );
  }

  has(notifier: string, address: string | null): boolean {
    return this.#known.has(keyOf(notifier, address));
  }
}

function keyOf(notifier: string, address: string | null): string {
  return JSON.stringify([notifier, address]);
}
