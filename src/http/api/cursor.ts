/**
 * Cursors: opaque to clients, who hand back what they were given. A cursor holds the position of the last item
 * of a page and the list that it belongs to, so that one of another list is refused and not misread.
 */
import type { IncidentPosition, ResultPosition } from "./reads.ts";

export interface Cursor<Position> {
  write(position: Position): string;
  /** Null for anything that `write` did not make. */
  read(text: string): Position | null;
}

type Part = string | number;

/** Longer than any that is made: two names of 128 characters. */
const maxLength = 512;

export const productCursor: Cursor<string> = cursorOf(
  "products",
  (name) => [name],
  ([name]) => (typeof name === "string" ? name : null),
);

export const sloCursor: Cursor<string> = cursorOf(
  "slos",
  (id) => [id],
  ([id]) => (typeof id === "string" ? id : null),
);

export const resultCursor: Cursor<ResultPosition> = cursorOf(
  "results",
  ({ atMs, slotId }) => [atMs, slotId],
  ([atMs, slotId]) => (isWhole(atMs) && isWhole(slotId) ? { atMs, slotId } : null),
);

export const incidentCursor: Cursor<IncidentPosition> = cursorOf(
  "incidents",
  ({ openedMs, id }) => [openedMs, id],
  ([openedMs, id]) => (isWhole(openedMs) && typeof id === "string" ? { openedMs, id } : null),
);

function cursorOf<Position>(
  list: string,
  partsOf: (position: Position) => readonly Part[],
  positionOf: (parts: readonly unknown[]) => Position | null,
): Cursor<Position> {
  const write = (position: Position): string =>
    Buffer.from(JSON.stringify([list, ...partsOf(position)])).toString("base64url");
  return {
    write,
    read: (text) => {
      const [given, ...parts] = partsIn(text);
      const position = given === list ? positionOf(parts) : null;
      // Base64 and JSON can be spelled in many ways, and ours is the only one that was handed out.
      return position !== null && write(position) === text ? position : null;
    },
  };
}

function partsIn(text: string): readonly unknown[] {
  if (text.length > maxLength) {
    return [];
  }
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
