import type { Kind } from "../kinds.ts";
import type { Fields, PieceOptions } from "../piece.ts";
import { pathKey } from "../piece.ts";
import { listed, type Path, type Report, subject } from "../problems.ts";
import { didYouMean } from "../suggest.ts";

/** The kind that a map's `type` names, or null after a problem was reported. */
export function kindOfPiece<S>(
  value: Fields,
  kinds: ReadonlyMap<string, Kind<S>>,
  at: Path,
  report: Report,
  options: Pick<PieceOptions, "unresolved"> = {},
): Kind<S> | null {
  const { type } = value;
  const path = [...at, "type"];
  const known = [...kinds.keys()];
  if (type === undefined) {
    const message = `${subject(at)} has no \`type\``;
    report.error("TM_CONFIG_INVALID", at, message, {
      spot: "key",
      hint: `one of ${listed(known)}`,
    });
    return null;
  }
  const kind = typeof type === "string" ? kinds.get(type) : undefined;
  if (kind !== undefined) {
    return kind;
  }
  if (options.unresolved?.has(pathKey(path)) !== true) {
    const hint = typeof type === "string" ? didYouMean(type, known) : undefined;
    report.error("TM_CONFIG_INVALID", path, `\`type\` must be ${listed(known)}`, { hint });
  }
  return null;
}
