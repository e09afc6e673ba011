import type { DaemonPieces, ProductPieces } from "./pieces.ts";

/** What product files are judged against. */
export interface LinkContext {
  readonly daemon: DaemonPieces;
  /** By name; of two files with one name the first. */
  readonly products: ReadonlyMap<string, ProductPieces>;
  /** False when a file could not be read: then an unknown product may stand in it. */
  readonly isComplete: boolean;
}
