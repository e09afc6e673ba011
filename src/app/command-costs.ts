/**
 * What commands cost counts as what the daemon costs does, where there is a store: towards the budgets of the day, and
 * in what is shown. A command goes on without one, since it is also run where nobody serves.
 */
import { TidemarkError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Mesh } from "../core/mesh.ts";
import type { Store } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import type { CostBook } from "../engine/cost-book.ts";
import { openSqliteStore } from "../store/sqlite/store.ts";
import { utcDayMs, utcDayOf } from "../time/utc-day.ts";

/** Runs `work` with budgets that know what was spent today, and keeps what it cost, whatever came of it. */
export async function withCosts<T>(
  mesh: Mesh,
  book: CostBook,
  options: { readonly logger: Logger; readonly nowMs: EpochMs },
  work: () => Promise<T>,
): Promise<T> {
  const { logger, nowMs } = options;
  await withStoreOf(mesh, "readOnly", logger, async ({ costs }) => {
    const fromMs = utcDayOf(nowMs) - utcDayMs;
    book.takeKept(await costs.between(fromMs, Number.MAX_SAFE_INTEGER, null));
  });
  try {
    return await work();
  } finally {
    const spent = book.beginWriting();
    if (spent.length > 0) {
      await withStoreOf(mesh, "command", logger, ({ costs }) => costs.add(spent));
    }
  }
}

async function withStoreOf(
  { store: { path } }: Mesh,
  access: "readOnly" | "command",
  logger: Logger,
  use: (store: Store) => Promise<void>,
): Promise<void> {
  try {
    await using store = await openSqliteStore(path, { access, logger });
    await use(store);
  } catch (error) {
    if (!(error instanceof TidemarkError && error.code.startsWith("TM_STORE_"))) {
      throw error;
    }
    logger.debug({ code: error.code }, "costs are not kept: the store cannot be used");
  }
}
