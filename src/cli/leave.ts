const graceMs = 1_000;

/**
 * Ends the process a moment after its work, whatever still keeps it: a driver that cannot be told to stop repeating a
 * request would hold it for minutes. Where nothing does, it ends at once. What is written is waited for.
 */
export function leaveSoon(): void {
  setInterval(() => {
    const isWritten = [process.stdout, process.stderr].every(
      ({ destroyed, writableLength }) => destroyed || writableLength === 0,
    );
    if (isWritten) {
      process.exit();
    }
  }, graceMs).unref();
}
