import type { Clock } from "../core/clock.ts";
import type { ConnectorSpec } from "../core/connector.ts";
import type { Mesh } from "../core/mesh.ts";
import { planProbe } from "../engine/plan.ts";
import { byDataset, selectChecks } from "../engine/select.ts";
import { settledResult } from "../engine/settled.ts";
import { spellStatement } from "../engine/spell.ts";
import { systemClock } from "./clock.ts";
import { registries, types } from "./registries.ts";

/** What a dataset's checks would send, without sending it. */
export interface DatasetQueries {
  readonly dataset: string;
  readonly connection: string;
  readonly checkIds: readonly string[];
  /** Those of them that ask nothing now, and why: what they judge is settled without measuring. */
  readonly settled: readonly { readonly checkId: string; readonly reason: string }[];
  readonly readsCatalogue: boolean;
  readonly asksMetadata: boolean;
  /** Checks that read nothing more while the metadata show that no row has changed. */
  readonly mayStand: readonly string[];
  readonly statements: readonly string[];
}

/** The statements of the selected checks, per dataset; nothing is connected to. */
export function queriesOf(
  mesh: Mesh,
  selectors: readonly string[],
  clock: Clock = systemClock,
  connectors: ReadonlyMap<string, ConnectorSpec> = registries.connectors,
): readonly DatasetQueries[] {
  const checks = selectChecks(mesh, selectors);
  // As a first probe would ask: what is only asked after an outage is not there.
  const moment = { nowMs: clock.now(), last: () => null };
  return byDataset(checks, mesh).flatMap(({ dataset, checks: own }) => {
    const connection = mesh.connections.get(dataset.connection);
    const spec = connectors.get(connection?.type ?? "");
    if (spec === undefined) {
      return [];
    }
    const settled = own.flatMap((check) => {
      const result = settledResult(check, dataset, types, moment.nowMs);
      return result === null ? [] : [{ checkId: check.id, reason: result.summary }];
    });
    const open = own.filter(({ id }) => settled.every(({ checkId }) => checkId !== id));
    const plan = planProbe(dataset, open, spec, types, moment);
    return [
      {
        dataset: dataset.id,
        connection: dataset.connection,
        checkIds: own.map(({ id }) => id),
        settled,
        readsCatalogue: plan.needsColumns,
        asksMetadata: plan.ofMetadata.size + plan.mayStand.size > 0,
        mayStand: [...plan.mayStand],
        statements: plan.statements.map((group) => spellStatement(dataset, group, spec)),
      },
    ];
  });
}
