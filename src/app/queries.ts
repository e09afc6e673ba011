import type { Mesh } from "../core/mesh.ts";
import { planProbe, spellStatement } from "../engine/plan.ts";
import { byDataset, selectChecks } from "../engine/select.ts";
import { systemClock } from "./clock.ts";
import { registries, types } from "./registries.ts";

/** What a dataset's checks would send, without sending it. */
export interface DatasetQueries {
  readonly dataset: string;
  readonly connection: string;
  readonly checkIds: readonly string[];
  readonly readsCatalogue: boolean;
  readonly statements: readonly string[];
}

/** The statements of the selected checks, per dataset; nothing is connected to. */
export function queriesOf(mesh: Mesh, selectors: readonly string[]): readonly DatasetQueries[] {
  const checks = selectChecks(mesh, selectors);
  // As a first probe would ask: what is only asked after an outage is not there.
  const moment = { nowMs: systemClock.now(), last: () => null };
  return byDataset(checks, mesh).flatMap(({ dataset, checks: own }) => {
    const connection = mesh.connections.get(dataset.connection);
    const spec = registries.connectors.get(connection?.type ?? "");
    if (spec === undefined) {
      return [];
    }
    const plan = planProbe(dataset, own, spec, types, moment);
    return [
      {
        dataset: dataset.id,
        connection: dataset.connection,
        checkIds: own.map(({ id }) => id),
        readsCatalogue: plan.needsColumns,
        statements: plan.statements.map((group) => spellStatement(dataset, group, spec)),
      },
    ];
  });
}
