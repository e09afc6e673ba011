/**
 * The documents of the read API, as they are sent. Instants are ISO 8601 in UTC, lengths are in the unit that
 * their name ends with, and what is not known is null, never 0.
 */
import type { Evidence, Figures } from "../../core/check.ts";
import type { ExclusionMode } from "../../core/exclusion.ts";
import type { Incident } from "../../core/incident.ts";
import type { Check, Product, Slo } from "../../core/mesh.ts";
import type { TimeState } from "../../core/timeline.ts";
import type { FailureKind, Outcome } from "../../core/vocabulary.ts";

/** What a verdict was read from, with the ids of the statements; the bytes where the warehouse tells them. */
export interface EvidenceDocument {
  readonly rung: Evidence["rung"];
  readonly query_ids: readonly string[];
  readonly bytes_scanned?: number;
}

/** What a check said once: our own sentences and figures, never a row's value. */
export interface ResultDocument {
  readonly check: string;
  readonly at: string;
  readonly outcome: Outcome;
  readonly summary: string;
  readonly measured: Figures;
  readonly expected: Figures;
  /** Only where the outcome is `error`. */
  readonly failure: {
    readonly kind: FailureKind;
    readonly message: string;
    readonly hint: string | null;
    readonly code: string | null;
  } | null;
  readonly evidence: EvidenceDocument | null;
  readonly duration_ms: number;
  /** Of what was measured and judged; a verdict never holds into another generation. */
  readonly generation: string;
}

export interface CheckDocument
  extends Pick<Check, "id" | "name" | "type" | "dimension" | "severity" | "owner" | "generation"> {
  readonly description: string | null;
  /** By the last conclusive result while it holds. */
  readonly state: TimeState;
  /** Set when nobody runs it. */
  readonly disabled_reason: string | null;
  readonly last_conclusive_at: string | null;
  /** Of any outcome, and of any generation. */
  readonly last_result: ResultDocument | null;
}

export interface DatasetDocument {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly connection: string;
  readonly timezone: string;
  readonly checks: readonly CheckDocument[];
}

/** What looking cost: bytes are those that warehouses told, and null where none did. */
export interface CostDocument {
  readonly bytes: number | null;
  readonly statements: number;
  /** Those of them whose bytes are not known. */
  readonly statements_without_bytes: number;
  /** How long all of it kept warehouses busy, reads of metadata included. */
  readonly warehouse_seconds: number;
}

/** By UTC days, today among the last thirty. */
export interface CostsDocument {
  readonly today: CostDocument;
  readonly last_30_days: CostDocument;
}

/** A product as lists have it. */
export interface ProductSummary
  extends Pick<
    Product,
    "name" | "tier" | "owner" | "alert" | "contacts" | "links" | "upstream" | "consumers"
  > {
  readonly at: string;
  readonly domain: string | null;
  readonly description: string | null;
  /** Ids. */
  readonly slos: readonly string[];
  /** How many of its checks are in each state; disabled ones are in none. */
  readonly check_states: Readonly<Record<CheckCount, number>>;
  readonly open_incidents: number;
  /** Null while the store cannot be read. */
  readonly cost: CostsDocument | null;
}

export type CheckCount = "good" | "bad" | "unknown" | "disabled";

export interface ProductDocument extends ProductSummary {
  readonly datasets: readonly DatasetDocument[];
  /** Those that are open. */
  readonly incidents: readonly IncidentDocument[];
}

export interface IncidentDocument
  extends Pick<Incident, "id" | "kind" | "product" | "dimension" | "alert" | "owner" | "ending"> {
  readonly dataset: string;
  /** When the first failed observation was made; `opened_at` is when it was confirmed. */
  readonly since: string;
  readonly opened_at: string;
  /** Null while it is open. */
  readonly ended_at: string | null;
  /** Checks that fail now. */
  readonly checks: readonly string[];
}

/** Amounts in the SLO's unit: seconds for time, events for deliveries and rows. */
export type Amounts =
  | {
      readonly good_seconds: number;
      readonly bad_seconds: number;
      readonly unknown_seconds: number;
      readonly excluded_seconds: number;
    }
  | {
      readonly good_events: number;
      readonly bad_events: number;
      readonly unknown_events: number;
      readonly excluded_events: number;
    };

/** Where an SLO stands: what `tidemark status` and the API say alike. */
export type SloStanding = Amounts & {
  readonly id: string;
  readonly product: string;
  /** Percent text. */
  readonly objective: string;
  /** `30d`, or `month in Europe/Berlin`. */
  readonly window: string;
  readonly state: TimeState;
  readonly sli: number | null;
  /** If all that is unknown had been bad, and if it had been good. */
  readonly sli_bounds: readonly [number, number] | null;
  readonly coverage: number | null;
  readonly budget: ({ readonly allowed_seconds: number } | { readonly allowed_events: number }) & {
    readonly consumed: number | null;
    /** Signed: below 0 it is overspent. */
    readonly remaining: number | null;
    readonly remaining_lower: number | null;
  };
  readonly blame: readonly ({ readonly check: string } & (
    | { readonly bad_seconds: number }
    | { readonly bad_events: number }
  ))[];
};

export type SloDocument = SloStanding & {
  readonly at: string;
  readonly name: string;
  readonly description: string | null;
  readonly labels: Slo["labels"];
  readonly budgeting: Slo["budgeting"];
  /** What unknown time counts as. */
  readonly unknown: Slo["unknown"];
  readonly coverage_floor: number;
  /** The window: of a calendar period all of it, its future included. */
  readonly from: string;
  readonly to: string;
  /** From when on the promise is judged. */
  readonly since: string;
  /** Empty for deliveries and rows. */
  readonly burn_rates: readonly {
    readonly window: string;
    readonly error_ratio: number | null;
    readonly burn_rate: number | null;
    readonly coverage: number;
    /** Too little of the stretch is known to say anything. */
    readonly frozen: boolean;
  }[];
  /** Null for deliveries and rows. */
  readonly forecast: {
    /** The time to come is taken to be as bad as this last stretch was. */
    readonly window: string;
    /** Null: not as things stand, or nothing was known. */
    readonly exhausted_at: string | null;
  } | null;
  readonly exclusions: readonly (ExclusionDocument & {
    /** How often it applies within the window, and for how long in all. */
    readonly occurrences: number;
    readonly seconds: number;
  })[];
};

/** Time that is excused in an SLO's window, and on whose word. */
export interface ExclusionDocument {
  /** `product_file`: planned, with the SLO. `command`: made by `tidemark exclude`. */
  readonly source: "product_file" | "command";
  /** Null for a planned one. */
  readonly id: string | null;
  readonly mode: ExclusionMode;
  /** Of a planned one its first time within the window. */
  readonly from: string;
  /** Of a planned one the end of its last time within the window; null while one has no end. */
  readonly to: string | null;
  readonly reason: string;
  /** Null for a planned one: whoever changed the product file. */
  readonly author: string | null;
  readonly created_at: string | null;
  readonly ended_at: string | null;
  readonly ended_by: string | null;
  /** When it was taken back: it excuses nothing any more, its past included. */
  readonly withdrawn_at: string | null;
  readonly withdrawn_by: string | null;
  readonly withdrawn_reason: string | null;
}
