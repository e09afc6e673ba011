import type { Logger } from "../core/logger.ts";

/** Whether the process still does its work. */
export interface Health {
  /** The event loop was blocked so long that work is late. */
  readonly isStalled: boolean;
}

/** Whether the daemon can do its work now. */
export interface Readiness {
  readonly isStoreReachable: boolean;
  readonly isConfigurationLoaded: boolean;
  readonly isSchedulerAlive: boolean;
}

/** A part that is not ready, as the answer names it. */
export interface NotReady {
  readonly part: "store" | "configuration" | "scheduler" | "unknown";
  readonly detail: string;
}

/** A store that does not answer must not leave the one who asks without an answer. */
const readyTimeoutMs = 3_000;

/** Asks `ready`, bounded in time; empty when all parts are. */
export async function notReadyParts(
  ready: () => Promise<Readiness>,
  logger: Logger,
): Promise<readonly NotReady[]> {
  try {
    return partsOf(await withinTime(ready()));
  } catch (error) {
    logger.warn({ error }, "readiness could not be established");
    return [{ part: "unknown", detail: "Readiness could not be established in time." }];
  }
}

function partsOf(readiness: Readiness): readonly NotReady[] {
  const parts: readonly (NotReady & { readonly isReady: boolean })[] = [
    {
      part: "store",
      isReady: readiness.isStoreReachable,
      detail: "The state store cannot be reached.",
    },
    {
      part: "configuration",
      isReady: readiness.isConfigurationLoaded,
      detail: "No configuration is loaded.",
    },
    {
      part: "scheduler",
      isReady: readiness.isSchedulerAlive,
      detail: "The scheduler does not tick.",
    },
  ];
  return parts.filter(({ isReady }) => !isReady).map(({ part, detail }) => ({ part, detail }));
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("too late")), readyTimeoutMs);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
