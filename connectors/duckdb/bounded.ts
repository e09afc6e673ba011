import { setTimeout as sleep } from "node:timers/promises";
import { type CallOptions, ConnectorError } from "../../src/core/connector.ts";
import { CallDeadline } from "../_shared/deadline.ts";
import { stoppedFailure } from "../_shared/failures.ts";

/** How long an interrupted query may take to end before its caller is answered without it. */
const graceMs = 1_000;
/** DuckDB forgets an interrupt that arrives between two steps of a query, so it is repeated. */
const interruptEveryMs = 25;

/**
 * Runs `work` until it is done, aborted or out of time. DuckDB has no timeout of its own: from here the
 * work is interrupted, with what it gave to `onStop`, until it has ended. Throws what `work` throws, and
 * `ConnectorError` (`cancelled`, `timeout`) when it was stopped, whatever it returned: a stream that was
 * interrupted ends as if it were complete.
 */
export async function bounded<T>(
  { signal, timeoutMs }: Pick<CallOptions, "signal" | "timeoutMs">,
  work: (onStop: (interrupt: () => void) => void) => Promise<T>,
): Promise<T> {
  const deadline = new CallDeadline(signal, timeoutMs);
  if (deadline.reason !== null) {
    throw new ConnectorError(stoppedFailure(deadline.reason));
  }
  let interrupt: () => void = () => undefined;
  const working = work((given) => {
    interrupt = given;
  });
  try {
    const end = await deadline.race(working);
    if (!end.isStopped) {
      return end.value;
    }
    await stop(working, () => interrupt());
    throw new ConnectorError(stoppedFailure(end.reason));
  } finally {
    deadline.end();
  }
}

async function stop(working: Promise<unknown>, interrupt: () => void): Promise<void> {
  interrupt();
  const repeated = setInterval(interrupt, interruptEveryMs).unref();
  const ended = working
    .then(
      () => undefined,
      () => undefined,
    )
    .finally(() => clearInterval(repeated));
  await Promise.race([ended, sleep(graceMs, undefined, { ref: false })]);
}
