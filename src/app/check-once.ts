import type { Logger } from "../core/logger.ts";
import type { Mesh } from "../core/mesh.ts";
import type { Outcome } from "../core/vocabulary.ts";
import { type DatasetRun, runDataset } from "../engine/run.ts";
import { byDataset, selectChecks } from "../engine/select.ts";
import { Warehouses } from "../engine/warehouses.ts";
import { systemClock } from "./clock.ts";
import { withCosts } from "./command-costs.ts";
import { newId } from "./ids.ts";
import { registries, types } from "./registries.ts";

export interface CheckOnceOptions {
  readonly selectors: readonly string[];
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Called as each dataset is done. */
  readonly onProgress: (doneChecks: number, allChecks: number) => void;
}

export interface CheckOnceReport {
  readonly startedMs: number;
  readonly finishedMs: number;
  readonly runs: readonly DatasetRun[];
  readonly summary: Readonly<Record<Outcome, number>>;
}

/** Runs the selected checks once, those of one dataset together. Keeps no result, but what it cost. */
export async function checkOnce(mesh: Mesh, options: CheckOnceOptions): Promise<CheckOnceReport> {
  const { logger, signal } = options;
  const checks = selectChecks(mesh, options.selectors);
  const startedMs = systemClock.now();
  const warehouses = new Warehouses({
    specs: registries.connectors,
    clock: systemClock,
    logger,
    onStatement: () => {},
  });
  const cancel = (): void => warehouses.cancel();
  signal.addEventListener("abort", cancel);
  let done = 0;
  try {
    await warehouses.reload(mesh);
    const runs = await withCosts(mesh, warehouses.costs, { logger, nowMs: startedMs }, () =>
      Promise.all(
        byDataset(checks, mesh).map(async ({ dataset, checks: own }) => {
          const run = await runDataset(dataset, own, {
            warehouse: warehouses.of(dataset.connection),
            types,
            clock: systemClock,
            logger,
            signal,
            // Nothing is kept between one time and the next.
            last: () => null,
            newId,
          });
          done += own.length;
          options.onProgress(done, checks.length);
          return run;
        }),
      ),
    );
    return { startedMs, finishedMs: systemClock.now(), runs, summary: summarise(runs) };
  } finally {
    signal.removeEventListener("abort", cancel);
    await warehouses[Symbol.asyncDispose]();
  }
}

function summarise(runs: readonly DatasetRun[]): CheckOnceReport["summary"] {
  const summary: Record<Outcome, number> = { pass: 0, warn: 0, fail: 0, error: 0, skip: 0 };
  for (const { result } of runs.flatMap((run) => run.checks)) {
    summary[result.outcome] += 1;
  }
  return summary;
}
