import type { Notice, NoticeBudget, NoticeChange, NoticeCheck } from "../../core/incident.ts";
import type { Outcome, QualityDimension } from "../../core/vocabulary.ts";
import { type Link, linksOf, unlinkedOf } from "./links.ts";
import { inWords, listed, plain, utc } from "./text.ts";

export interface Fact {
  readonly label: string;
  readonly text: string;
}

/**
 * A notice in words, the same in every channel. All texts are single lines of bounded length without
 * control characters; a channel escapes its own markup. Everything together stays under 12,000 characters.
 */
export interface Message {
  /** At most 145 characters, e.g. `orders: freshness of orders/orders is broken`. */
  readonly title: string;
  readonly mood: "bad" | "unknown" | "over";
  /** What happened, since when and for how long. */
  readonly lead: string;
  /** The checks that this change is about, a line each. */
  readonly changed: readonly string[];
  /** The checks that fail now, or that failed last: what was promised and measured, a line each. */
  readonly checks: readonly string[];
  readonly facts: readonly Fact[];
  readonly links: readonly Link[];
}

const maxChecks = 8;
const maxBudgets = 5;

/** The quality dimensions in the words that product files use. */
const dimensionWords: Readonly<Record<QualityDimension, string>> = {
  accuracy: "accuracy",
  completeness: "completeness",
  conformity: "shape",
  consistency: "consistency",
  coverage: "coverage",
  timeliness: "freshness",
  uniqueness: "uniqueness",
};

const outcomeWords: Readonly<Record<Outcome, string>> = {
  pass: "passes",
  warn: "warns",
  fail: "fails",
  error: "could not be measured",
  skip: "was skipped",
};

export function messageOf(notice: Notice): Message {
  const isOver = notice.change === "resolved" || notice.change === "withdrawn";
  const open = notice.kind === "broken" ? "bad" : "unknown";
  return {
    title: plain(`${subjectOf(notice)} ${stateOf(notice)}`, 145),
    mood: isOver ? "over" : open,
    lead: leadOf(notice),
    changed: checkLines(notice.changed),
    checks: checkLines(notice.checks),
    facts: factsOf(notice),
    links: linksOf(notice.links),
  };
}

/** What an incident is about; the same for all of its notices. */
export function subjectOf(notice: Notice): string {
  if (notice.kind === "budget") {
    return `${plain(notice.product.name, 50)}: the daily budget of bytes`;
  }
  const dimension = dimensionWords[notice.dimension];
  return `${plain(notice.product.name, 50)}: ${dimension} of ${plain(notice.dataset, 60)}`;
}

/** The message as lines of plain text. */
export function linesOf(message: Message): readonly string[] {
  return [
    message.lead,
    ...message.checks.map((line) => `- ${line}`),
    ...message.facts.map((fact) => `${fact.label}: ${fact.text}`),
    ...message.links.map((link) => `${link.label}: ${link.url}`),
  ];
}

function stateOf(notice: Notice): string {
  if (notice.kind === "budget") {
    const ends = { resolved: "begins anew", withdrawn: "was changed or removed" } as const;
    const { change } = notice;
    return change === "resolved" || change === "withdrawn" ? ends[change] : "is spent";
  }
  if (notice.change === "withdrawn") {
    return "is no longer watched";
  }
  if (notice.kind === "blind") {
    return notice.change === "resolved" ? "is measured again" : "cannot be measured";
  }
  return notice.change === "resolved" ? "is kept again" : "is broken";
}

function leadOf(notice: Notice): string {
  const leads = { broken: brokenLead, blind: blindLead, budget: budgetLead } as const;
  return leads[notice.kind](notice);
}

function budgetLead(notice: Notice): string {
  const since = utc(notice.sinceMs);
  const spent = `Nothing more is scanned for it until the next day (UTC), since ${since}; what is not measured is neither good nor bad.`;
  const leads: Readonly<Record<NoticeChange, string>> = {
    opened: spent,
    joined: `It stops a further check: ${changedIds(notice)}. ${spent}`,
    raised: `The alert level was raised to ${notice.alert}. ${spent}`,
    left: spent,
    resolved: `The day is over (UTC): it is measured again. What held since ${since} is not known.`,
    withdrawn: `Withdrawn at ${utc(notice.atMs)}: the budget that was spent since ${since} was changed or removed.`,
  };
  return leads[notice.change];
}

function brokenLead(notice: Notice): string {
  const since = utc(notice.sinceMs);
  const length = inWords(notice.atMs - notice.sinceMs);
  const leads: Readonly<Record<NoticeChange, string>> = {
    opened: `A promise has been broken since ${since} (for ${length}).`,
    joined: `A further check of the same cause fails: ${changedIds(notice)}. Broken since ${since} (for ${length}).`,
    raised: `The alert level was raised to ${notice.alert}. A promise has been broken since ${since} (for ${length}).`,
    left: `No longer failing: ${changedIds(notice)}. Others still fail; broken since ${since} (for ${length}).`,
    resolved: `Resolved at ${utc(notice.atMs)}: the promise is kept again, after being broken for ${length} (since ${since}).`,
    withdrawn: `Withdrawn at ${utc(notice.atMs)}: what failed since ${since} was removed, disabled or changed. Whether the promise holds is not known.`,
  };
  return leads[notice.change];
}

function blindLead(notice: Notice): string {
  const since = utc(notice.sinceMs);
  const length = inWords(notice.atMs - notice.sinceMs);
  const leads: Readonly<Record<NoticeChange, string>> = {
    opened: `Could not be measured since ${since} (for ${length}); this is neither good nor bad.`,
    joined: `A further check could not be measured: ${changedIds(notice)}. Not measured since ${since} (for ${length}); this is neither good nor bad.`,
    raised: `The alert level was raised to ${notice.alert}. Could not be measured since ${since} (for ${length}); this is neither good nor bad.`,
    left: `Measured again: ${changedIds(notice)}. Others could not be measured since ${since} (for ${length}); this is neither good nor bad.`,
    resolved: `Measured again at ${utc(notice.atMs)}, after ${length} without an answer (since ${since}). What held in between is not known.`,
    withdrawn: `Withdrawn at ${utc(notice.atMs)}: what could not be measured since ${since} was removed, disabled or changed.`,
  };
  return leads[notice.change];
}

function changedIds(notice: Notice): string {
  return listed(
    notice.changed.map((check) => check.id),
    3,
  );
}

function checkLines(checks: readonly NoticeCheck[]): readonly string[] {
  const lines = checks.slice(0, maxChecks).map(checkLine);
  const rest = checks.length - lines.length;
  return rest > 0 ? [...lines, `and ${rest} more checks`] : lines;
}

function checkLine(check: NoticeCheck): string {
  const failure = check.failure === undefined ? "" : ` (${check.failure})`;
  const hint = check.hint === undefined ? "" : ` Hint: ${plain(check.hint, 200)}`;
  const verdict = `${plain(check.id, 150)} (${plain(check.type, 30)}) ${outcomeWords[check.outcome]}${failure}`;
  return `${verdict}: ${plain(check.summary, 300)}${hint}`;
}

function factsOf(notice: Notice): readonly Fact[] {
  const { product, owner } = notice;
  const name = plain(product.name, 80);
  const placed = product.domain === undefined ? "" : `, domain ${plain(product.domain, 60)}`;
  const described = product.description === undefined ? "" : `. ${plain(product.description, 300)}`;
  const display = plain(owner.displayName, 80);
  const facts: Fact[] = [
    { label: "Product", text: `${name} (${plain(product.tier, 40)}${placed})${described}` },
    {
      label: "Owner",
      text: display === owner.name ? display : `${display} (${plain(owner.name, 80)})`,
    },
    ...contactFacts(product.contacts ?? {}),
    { label: "Alert level", text: notice.alert },
    ...notice.budgets.slice(0, maxBudgets).map(budgetFact),
  ];
  if (notice.upstream.length > 0) {
    facts.push({ label: "Upstream", text: listed(notice.upstream, 8) });
  }
  if (notice.downstream.length > 0) {
    facts.push({ label: "Downstream", text: listed(notice.downstream, 8) });
  }
  return [...facts, ...unlinkedOf(notice.links)];
}

/** `technical owner li@example.com`, so that whoever is told knows whom to ask. */
function contactFacts(contacts: Readonly<Record<string, string>>): readonly Fact[] {
  const people = Object.entries(contacts).map(
    ([role, person]) => `${plain(role, 40).replaceAll("_", " ")} ${plain(person, 100)}`,
  );
  return people.length === 0 ? [] : [{ label: "Contacts", text: listed(people, 6) }];
}

function budgetFact(budget: NoticeBudget): Fact {
  const promise = `${plain(budget.slo, 100)}, ${plain(budget.objective, 20)} over ${plain(budget.window, 100)}`;
  const upper = budget.remaining === null ? "unknown" : shareLeft(budget.remaining);
  const lower = budget.remainingLower === null ? "unknown" : shareLeft(budget.remainingLower);
  const sides = lower === upper ? upper : `${upper}; ${lower} if all unmeasured time was bad`;
  return { label: "Error budget", text: `${promise}: ${sides}` };
}

/** Rounded down to a tenth of a percent: a budget is never shown larger than it is. */
function shareLeft(share: number): string {
  // The summand undoes what binary fractions take away: 1 − 0.07 is 0.9299999999999999.
  const percent = Math.floor(share * 1000 + 1e-6) / 10;
  return percent < 0 ? `overspent by ${(-percent).toFixed(1)}%` : `${percent.toFixed(1)}% left`;
}
