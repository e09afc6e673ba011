/** A fault of ours: pieces without a problem are whole. */
class IncompletePiece extends Error {}

/** What a piece without a problem has. */
export function whole<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) {
    throw new IncompletePiece(`${what} has no problem and is not complete`);
  }
  return value;
}
