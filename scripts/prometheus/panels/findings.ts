import { type Allowance, type Allowed, eachOn, isChosen } from "./allowance.ts";
import type { Answer } from "./answers.ts";
import type { Dashboard, PanelQuery } from "./committed.ts";

/** What is wrong with the answers to the queries of one dashboard, each in words. */
export interface Findings {
  readonly refused: readonly string[];
  /** Empty, and nothing allows it. */
  readonly empty: readonly string[];
  /** Empty at every look, with every choice. */
  readonly neverDrawn: readonly string[];
  /** Committed, and never put. */
  readonly unput: readonly string[];
  /** Allowed to be empty, and never was. */
  readonly unneeded: readonly string[];
}

export function findingsOf(
  { uid, queries }: Dashboard,
  answers: readonly Answer[],
  allowances: readonly Allowance[],
): Findings {
  const ofThis = answers.filter(({ query }) => query.uid === uid);
  const allowed = allowances.flatMap((one) => eachOn(uid, queries, one));
  const allowing = ({ query, choice }: Answer) =>
    allowed.filter(
      (one) => one.title === query.title && one.refId === query.refId && isChosen(one, choice),
    );
  const empty = ofThis.filter(({ hasData, refusal }) => !hasData && refusal === null);
  const needed = new Set(empty.flatMap(allowing));
  const put = new Set(ofThis.map(({ query }) => keyOf(query)));
  const drawn = new Set(ofThis.flatMap((one) => (one.hasData ? [keyOf(one.query)] : [])));
  return {
    refused: ofThis.flatMap((one) =>
      one.refusal === null ? [] : [`${inWords(one)}\n${one.refusal}`],
    ),
    empty: empty.filter((one) => allowing(one).length === 0).map(inWords),
    neverDrawn: queries.map(keyOf).filter((key) => put.has(key) && !drawn.has(key)),
    unput: queries.map(keyOf).filter((key) => !put.has(key)),
    unneeded: unneededOf(allowed, needed),
  };
}

function unneededOf(allowed: readonly Allowed[], needed: ReadonlySet<Allowed>): readonly string[] {
  const allowancesNeeded = new Set([...needed].map(({ of }) => of));
  return allowed
    .filter((one) => (one.of.isAtTimes ? !allowancesNeeded.has(one.of) : !needed.has(one)))
    .map(({ title, refId, chosen, of }) =>
      [title, refId, ...worded(Object.entries(chosen)), of.why].join(", "),
    );
}

function keyOf({ title, refId, asked }: PanelQuery): string {
  return `${title}, ${refId}, ${asked.how}`;
}

export function inWords({ query, choice, look }: Answer): string {
  const chosen = Object.entries(choice).map(
    ([name, { values, isAll }]) => [name, isAll ? "All" : values.join("|")] as const,
  );
  return [keyOf(query), ...worded(chosen), look].join(", ");
}

function worded(chosen: readonly (readonly [name: string, value: string])[]): readonly string[] {
  return chosen.map(([name, value]) => `${name}=${value}`);
}
