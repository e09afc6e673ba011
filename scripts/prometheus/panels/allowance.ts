import type { PanelQuery } from "./committed.ts";
import type { Choice } from "./variables.ts";

/** Says what may be empty, and why. */
export interface Allowance {
  readonly why: string;
  /** Their uids. */
  readonly dashboards: readonly string[];
  /** Titles of panels, or names of annotations and variables, each with all of its queries or with those named. */
  readonly panels: readonly (string | readonly [title: string, ...refIds: string[]])[];
  /** By variable: while one of these is all that is chosen. */
  readonly chosen: Readonly<Record<string, readonly string[]>>;
  /** Empty at some looks and not at others, as time goes by: no value need have been empty, as long as one was. */
  readonly isAtTimes?: boolean;
}

/** One query with one value: what must have been empty once, or is allowed in vain. */
export interface Allowed {
  readonly of: Allowance;
  readonly title: string;
  readonly refId: string;
  /** A value of each variable. */
  readonly chosen: Readonly<Record<string, string>>;
}

/** What it allows on a dashboard with these queries. A panel that is not there is listed too, and so never needed. */
export function eachOn(
  uid: string,
  queries: readonly PanelQuery[],
  allowance: Allowance,
): readonly Allowed[] {
  const { dashboards, panels, chosen } = allowance;
  if (!dashboards.includes(uid)) {
    return [];
  }
  return panels.flatMap((one) => {
    const [title, ...named] = typeof one === "string" ? [one] : one;
    const all = queries.filter((query) => query.title === title).map(({ refId }) => refId);
    const refIds = named.length > 0 ? named : all.length > 0 ? all : ["no such panel"];
    return refIds.flatMap((refId) =>
      combinations(chosen).map(
        (values): Allowed => ({ of: allowance, title, refId, chosen: values }),
      ),
    );
  });
}

/** Whether these values are chosen, each alone of its variable. */
export function isChosen({ chosen }: Allowed, choice: Choice): boolean {
  return Object.entries(chosen).every(([name, value]) => {
    const one = choice[name];
    return one !== undefined && !one.isAll && one.values.length === 1 && one.values[0] === value;
  });
}

function combinations(chosen: Allowance["chosen"]): readonly Readonly<Record<string, string>>[] {
  return Object.entries(chosen).reduce<readonly Readonly<Record<string, string>>[]>(
    (before, [name, values]) =>
      before.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}
