/** Has a signal end this process by its exit, at which servers and folders that it has made are cleared away. */
export function exitOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => process.exit(1));
  }
}
