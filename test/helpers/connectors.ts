import type { Clock } from "../../src/core/clock.ts";
import {
  type CallOptions,
  type ConnectorContext,
  ConnectorError,
} from "../../src/core/connector.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";
import { silentLogger } from "./silent-logger.ts";

/** The machine's own clock, for tests in which a real server keeps the time. */
export const realClock: Clock = { now: () => Date.now(), monotonicMs: () => performance.now() };

/** Bounds that no test is meant to reach, but those that it sets. */
export function callOptions(more: Partial<CallOptions> = {}): CallOptions {
  return {
    signal: new AbortController().signal,
    timeoutMs: 15_000,
    label: "suite/values",
    ...more,
  };
}

/** What a connector is created with. */
export function connectorContext(more: Partial<ConnectorContext> = {}): ConnectorContext {
  return {
    name: "dwh",
    baseDir: "/",
    maxConcurrency: 4,
    clock: realClock,
    logger: silentLogger,
    datasets: [],
    ...more,
  };
}

/** What a call failed with. Throws when it did not, and what is no failure of a warehouse. */
export async function failureOf(call: Promise<unknown>): Promise<MeasurementFailure> {
  const end = await call.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  if (end === null) {
    throw new Error("the call did not fail");
  }
  if (end.error instanceof ConnectorError) {
    return end.error.failure;
  }
  throw end.error;
}
