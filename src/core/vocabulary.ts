/**
 * Terminology. One meaning each; every later name keeps to it.
 *
 * - data product: an owned unit of data with promises: owner, tier, datasets, SLOs.
 * - dataset: one table, view or file set of a product, reached through a connection.
 * - connection / connector: a configured warehouse / the code that talks to its kind.
 * - dialect, capability: how SQL is spelled there / a yes-no fact about it.
 * - check, check type: one configured expectation on a dataset / its kind.
 * - probe: all checks of one dataset that share a schedule; the unit that is due, planned and run.
 * - slot: (probe, due time, kind, checks), claimed once, and ending exactly once.
 * - metric request, measurement: what a check needs measured / the value and the instant it was true.
 * - result, outcome: a check's verdict. A slot has an ending, a result has an outcome.
 * - observation: a conclusive result as an SLO sees it: `pass` and `warn` good, `fail` bad.
 * - timeline: half-open intervals of good, bad, unknown and excluded time in integer milliseconds.
 * - incident: one problem of one product with one cause: (product, dataset, quality dimension).
 * - notice, notifier, delivery: what is said of an incident / a channel kind / one ledger row per
 *   channel and change.
 * - generation: the hash of what is measured or judged; holds and confirmations never cross it.
 *
 * Freshness is a check type, timeliness its quality dimension. A check is never called a monitor,
 * rule, test or job.
 */

/** Milliseconds since 1970-01-01T00:00:00Z. Always a safe integer. */
export type EpochMs = number;

/** A length of time in milliseconds. Always a safe integer. */
export type DurationMs = number;

/** A share in parts per million: 99.5 % is 995,000. Integers, because `1 - 0.999` is not `0.001`. */
export type Ppm = number;

/** `error`: could not measure. `skip`: nothing to judge. Neither is good or bad. */
export const outcomes = ["pass", "warn", "fail", "error", "skip"] as const;
export type Outcome = (typeof outcomes)[number];

/** Why a slot is due: its schedule, a suspicion, the moment an answer can change, a deadline, or a time made up for. */
export type SlotKind = "scheduled" | "confirm" | "just_in_time" | "deadline" | "catch_up";

/**
 * - done: every check got a result, `error` results included.
 * - error: the run itself broke, so that no result could be recorded.
 * - abandoned: claimed by a process that died, or withdrawn before it ran.
 * - missed: fell due while no daemon was watching.
 * - overlapped: fell due while the dataset's previous run was still going.
 */
export const slotEndings = ["done", "error", "abandoned", "missed", "overlapped"] as const;
export type SlotEnding = (typeof slotEndings)[number];

/** The quality dimensions of the Open Data Contract Standard 3. */
export type QualityDimension =
  | "accuracy"
  | "completeness"
  | "conformity"
  | "consistency"
  | "coverage"
  | "timeliness"
  | "uniqueness";

/** `warn`: a failure of this check is shown, spends no budget and opens nothing. */
export type Severity = "fail" | "warn";

/** How loudly an owner is told. `none`: measured and shown, nobody is told. */
export const alertLevels = ["page", "ticket", "none"] as const;
export type AlertLevel = (typeof alertLevels)[number];
/** The levels at which somebody is told. */
export type ToldLevel = Exclude<AlertLevel, "none">;

/** Why something could not be measured. A closed set: metrics, documents and hints are keyed on it. */
export const failureKinds = [
  "unreachable",
  "tls",
  "auth",
  "permission",
  "not_found",
  "invalid_query",
  "timeout",
  "cancelled",
  "resource",
  "budget",
  "driver_missing",
  "truncated",
  "calendar_expired",
  "internal",
] as const;
export type FailureKind = (typeof failureKinds)[number];
