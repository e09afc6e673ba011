/**
 * Gives the process the rights of a user who owns nothing, for good. The superuser may read and write
 * everything, so tests of what may not be read run in a child that gives its rights up; it does so after its
 * modules are loaded, since the checkout may lie where that user cannot go. Does nothing for other users.
 */
export function becomePowerless(): void {
  if (process.getuid?.() === 0) {
    process.setgid?.(65_534);
    process.setuid?.(65_534);
  }
}
