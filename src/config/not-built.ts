import type { Path, Report } from "./problems.ts";
import { valueAt } from "./value-at.ts";

/** A key of the contract whose behaviour is not built yet, within a piece of a file. */
interface NotBuilt {
  readonly path: readonly string[];
  /** Only these values are not built; without it the key is refused whatever it holds. */
  readonly values?: readonly string[];
  /** What to do without it. */
  readonly instead: string;
}

/**
 * What is refused with `TM_NOT_SUPPORTED`, by the piece that it may stand in. Keys of one check type
 * are refused by that type itself.
 */
export const notBuilt = {
  store: [{ path: ["type"], values: ["postgres"], instead: "use `type: sqlite`" }],
  dataset: [{ path: ["source"], instead: "name a `table`, `files` or a `query`" }],
  slo: [
    { path: ["budgeting"], values: ["rows"], instead: "no type of check counts good rows yet" },
    { path: ["alerts"], instead: "`alert` says how loudly an incident is told" },
  ],
} as const satisfies Readonly<Record<string, readonly NotBuilt[]>>;

/**
 * Reports what of a piece is not built. Returns the first keys of the paths found, so that nothing else
 * is said of them, and the piece without them.
 */
export function refuseNotBuilt(
  piece: Readonly<Record<string, unknown>>,
  list: readonly NotBuilt[],
  at: Path,
  report: Report,
): { readonly rest: Readonly<Record<string, unknown>>; readonly refused: ReadonlySet<string> } {
  const found = list.filter(({ path, values }) => {
    const value = valueAt(piece, path);
    return value !== undefined && (values === undefined || values.some((one) => one === value));
  });
  const refused = new Set<string>(found.map(({ path }) => path[0] ?? ""));
  for (const { path, values, instead } of found) {
    const key = path.join(".");
    const what = values === undefined ? key : `${key}: ${String(valueAt(piece, path))}`;
    report.error("TM_NOT_SUPPORTED", [...at, ...path], `\`${what}\` is not built yet`, {
      spot: values === undefined ? "key" : "value",
      hint: instead,
    });
  }
  const rest = Object.entries(piece).filter(([key]) => !refused.has(key));
  return { rest: found.length === 0 ? piece : Object.fromEntries(rest), refused };
}
