import type { Incident } from "../../core/incident.ts";
import type { IncidentsPage, ResultRecord, ResultsPage } from "../../core/store.ts";
import type {
  IncidentDocument,
  ProductDocument,
  ProductSummary,
  ResultDocument,
  SloDocument,
} from "./documents.ts";

/** A part of a list, and the position that the next part goes on from; null where there is none. */
export interface Page<Item, Position> {
  readonly items: readonly Item[];
  readonly next: Position | null;
}

/** What lists are narrowed by, as in a product file; null: not at all. */
export interface Facets {
  readonly product: string | null;
  readonly owner: string | null;
  readonly tier: string | null;
  readonly domain: string | null;
}

/** A part of a list that is ordered by name or id; `after` is the last one of the part before. */
export interface NamedPage {
  readonly facets: Facets;
  readonly after: string | null;
  readonly limit: number;
}

export type ResultPosition = Pick<ResultRecord, "atMs" | "slotId">;
export type IncidentPosition = Pick<Incident, "openedMs" | "id">;

/**
 * What the API reads. Nothing here asks a warehouse. Every part of a list goes on from a position, not from a
 * count, so that what is added meanwhile neither repeats nor hides an item. Throws `TidemarkError` with a
 * `TM_STORE_…` code while the store cannot be read.
 */
export interface ApiReads {
  products(page: NamedPage): Promise<Page<ProductSummary, string>>;
  /** Null: there is none of this name. */
  product(name: string): Promise<ProductDocument | null>;
  slos(page: NamedPage): Promise<Page<SloDocument, string>>;
  /** By `product/slo`. */
  slo(id: string): Promise<SloDocument | null>;
  /** Newest first; null: there is no such check. */
  results(page: ResultsPage): Promise<Page<ResultDocument, ResultPosition> | null>;
  /** The one opened last first. */
  incidents(
    page: Pick<IncidentsPage, "isOpen" | "after" | "limit"> & { readonly facets: Facets },
  ): Promise<Page<IncidentDocument, IncidentPosition>>;
}
