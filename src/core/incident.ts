import type {
  AlertLevel,
  EpochMs,
  FailureKind,
  Outcome,
  QualityDimension,
  ToldLevel,
} from "./vocabulary.ts";

/**
 * `broken`: a promise is broken. `blind`: it could not be measured for three cadences. `budget`: it is not measured,
 * because a budget of bytes has no room left on that UTC day; one incident for all checks of an owner that it stops,
 * with dataset and dimension of the first.
 */
export type IncidentKind = "broken" | "blind" | "budget";

/** One problem of one product with one cause. Open while `endedMs` is null. */
export interface Incident {
  readonly id: string;
  readonly kind: IncidentKind;
  readonly product: string;
  readonly datasetId: string;
  readonly dimension: QualityDimension;
  /** The loudest level of the checks that were ever in it. */
  readonly alert: AlertLevel;
  /** The levels that it has been told at: whoever heard of it hears of every further change, and of its end. */
  readonly toldLevels: readonly ToldLevel[];
  /** The team that is told. */
  readonly owner: string;
  /** When the first of its observations was made; `openedMs` is when it was confirmed. */
  readonly sinceMs: EpochMs;
  readonly openedMs: EpochMs;
  readonly endedMs: EpochMs | null;
  readonly ending: "resolved" | "withdrawn" | null;
  /** Checks that fail now. */
  readonly checkIds: readonly string[];
  /** Number of changes told so far; makes notice ids stable. */
  readonly changes: number;
}

/**
 * Where alerting stands with one check.
 *
 * ok → suspect on a first `fail`, which asks for a confirming probe; suspect → failing on the next
 * conclusive `fail`, else → ok; failing → ok on the next conclusive `pass` or `warn`. `error` and `skip`
 * move nothing; errors are counted from `erroringSinceMs`.
 */
export interface CheckAlertState {
  readonly checkId: string;
  readonly generation: string;
  readonly phase: "ok" | "suspect" | "failing";
  /** The first failed observation of the present phase; null when ok. */
  readonly sinceMs: EpochMs | null;
  readonly incidentId: string | null;
  readonly erroringSinceMs: EpochMs | null;
  readonly blindIncidentId: string | null;
}

/**
 * `joined`, `left`: a further check of the same cause fails, or one of several passes again. `raised`: the alert level
 * of a check in it was.
 */
export type NoticeChange = "opened" | "joined" | "raised" | "left" | "resolved" | "withdrawn";

export interface NoticeCheck {
  readonly id: string;
  readonly type: string;
  readonly outcome: Outcome;
  /** One sentence: what was measured against what was promised. */
  readonly summary: string;
  readonly failure?: FailureKind;
  readonly hint?: string;
}

export interface NoticeBudget {
  /** `product/slo` */
  readonly slo: string;
  /** Percent text, e.g. `99.5%`. */
  readonly objective: string;
  /** As people read it: `30d`, `month in Europe/Berlin`. */
  readonly window: string;
  /** Signed share of the error budget left, from the measured time; null when nothing is known. */
  readonly remaining: number | null;
  readonly remainingLower: number | null;
}

/** What is said of an incident: complete in itself, so that it can be sent long after, by another process. */
export interface Notice {
  /** Stable across repeats: `<incident>.<change number>`. */
  readonly id: string;
  readonly incidentId: string;
  readonly change: NoticeChange;
  readonly kind: IncidentKind;
  readonly alert: AlertLevel;
  readonly atMs: EpochMs;
  readonly sinceMs: EpochMs;
  readonly product: {
    readonly name: string;
    readonly description?: string;
    readonly domain?: string;
    readonly tier: string;
    /** By role, e.g. `technical_owner`. */
    readonly contacts?: Readonly<Record<string, string>>;
  };
  readonly dataset: string;
  readonly dimension: QualityDimension;
  readonly owner: { readonly name: string; readonly displayName: string };
  /** Checks that fail now, or that failed last when it is over. */
  readonly checks: readonly NoticeCheck[];
  /** The checks that this change is about. */
  readonly changed: readonly NoticeCheck[];
  readonly budgets: readonly NoticeBudget[];
  readonly links: Readonly<Record<string, string>>;
  readonly upstream: readonly string[];
  /** Products that name this one as upstream, and declared consumers. */
  readonly downstream: readonly string[];
}

export type DeliveryState = "pending" | "sent" | "failed";

/** One ledger row: one notice to one channel. `failed` is final and counted; nothing is dropped silently. */
export interface Delivery {
  readonly id: number;
  readonly notifier: string;
  readonly address: string | null;
  readonly notice: Notice;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly createdMs: EpochMs;
  readonly nextAttemptMs: EpochMs;
}

export type NewDelivery = Pick<Delivery, "notifier" | "address" | "notice" | "createdMs">;
