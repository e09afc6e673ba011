/** Resolves in the next turn of the event loop: what is ready now goes first. */
export function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
