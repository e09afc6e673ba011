/**
 * Does `work` and says how long the main thread computed at most, in milliseconds, before the event loop came round:
 * its own time alone, garbage collection included, however busy the machine is with others.
 */
export async function watchTurns<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly busiestMs: number }> {
  let busiestMs = 0;
  let lastMs = computedMs();
  let isDone = false;
  const turn = (): void => {
    const nowMs = computedMs();
    busiestMs = Math.max(busiestMs, nowMs - lastMs);
    lastMs = nowMs;
    if (!isDone) {
      setImmediate(turn);
    }
  };
  turn();
  const value = await work();
  isDone = true;
  turn();
  return { value, busiestMs };
}

function computedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
