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

const renamedFrom: NotBuilt = {
  path: ["renamed_from"],
  instead: "a renamed thing starts a history of its own",
};

const justInTime: NotBuilt = {
  path: ["schedule", "just_in_time"],
  instead: "give `every` or `cron`",
};

/**
 * What is refused with `TM_NOT_SUPPORTED`, by the piece that it may stand in. Keys of one check type
 * are refused by that type itself.
 */
export const notBuilt = {
  daemon: [
    { path: ["calendars"], instead: "a schedule with `cron` can leave days of the week out" },
  ],
  store: [{ path: ["type"], values: ["postgres"], instead: "use `type: sqlite`" }],
  product: [renamedFrom],
  dataset: [
    renamedFrom,
    justInTime,
    { path: ["source"], instead: "name a `table`, `files` or a `query`" },
  ],
  check: [renamedFrom, justInTime],
  slo: [
    renamedFrom,
    { path: ["window", "calendar"], instead: "use a rolling window such as `30d`" },
    {
      path: ["budgeting"],
      values: ["deliveries", "rows"],
      instead: "the budget is counted in time",
    },
    { path: ["alerts"], instead: "`alert` says how loudly an incident is told" },
    { path: ["exclusions"], instead: "no time is taken out of the budget" },
    { path: ["labels"], instead: "domain, owner and tier are on `tidemark_product_info`" },
  ],
  scenario: [{ path: ["exclusions"], instead: "leave it out" }],
  scenarioKind: [
    {
      path: ["kind"],
      values: ["freshness", "deadline", "rows"],
      instead: "use `kind: state`, or freshness under `checks`, as held state",
    },
  ],
  scenarioSlo: [
    { path: ["window", "calendar"], instead: "use a rolling window such as `30d`" },
    ...["max_age", "by", "opens", "timezone", "calendar"].map((key) => ({
      path: [key],
      instead: "it belongs to kinds other than `state`",
    })),
  ],
  scenarioCheck: [
    { path: ["kind"], values: ["deadline", "rows"], instead: "use `state` or `freshness`" },
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
