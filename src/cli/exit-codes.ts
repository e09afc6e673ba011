/** What the process's exit status means; part of the contract. */
export const exitCodes = {
  /** Warnings included. */
  ok: 0,
  /** At least one check failed. */
  failed: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** Nothing failed, but something could not be measured. */
  unmeasured: 3,
  internal: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
