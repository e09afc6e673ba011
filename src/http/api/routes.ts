import type { ResultsPage } from "../../core/store.ts";
import { type Cursor, incidentCursor, productCursor, resultCursor, sloCursor } from "./cursor.ts";
import { assertKnown, BadQuery, Query, type RawQuery } from "./query.ts";
import type { ApiReads, Page } from "./reads.ts";

/** A request as a route sees it. */
export interface ApiRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: RawQuery;
}

export interface ApiAnswer {
  /** What is sent as JSON. */
  readonly body: unknown;
  /** Where the rest of a list is. */
  readonly next?: string;
}

export interface ApiRoute {
  readonly url: string;
  /** What is said when there is nothing to answer with. */
  readonly missing: string;
  /** Null: there is no such thing. Throws `BadQuery`. */
  readonly answer: (request: ApiRequest) => Promise<ApiAnswer | null>;
}

const paging = ["limit", "cursor"];
const facets = ["product", "owner", "tier", "domain"];

/** The read API of version 1. */
export function apiRoutes(reads: ApiReads): readonly ApiRoute[] {
  return [
    {
      url: "/api/v1/products",
      missing: "There is nothing at this path.",
      answer: async ({ query: raw }) => {
        const query = new Query(raw, [...facets, ...paging]);
        const page = await reads.products(namedPage(query, productCursor));
        return listed("/api/v1/products", query, page, productCursor);
      },
    },
    {
      url: "/api/v1/products/:product",
      missing: "There is no product of this name.",
      answer: ({ params, query }) => one(query, () => reads.product(params["product"] ?? "")),
    },
    {
      url: "/api/v1/slos",
      missing: "There is nothing at this path.",
      answer: async ({ query: raw }) => {
        const query = new Query(raw, [...facets, ...paging]);
        const page = await reads.slos(namedPage(query, sloCursor));
        return listed("/api/v1/slos", query, page, sloCursor);
      },
    },
    {
      url: "/api/v1/slos/:product/:slo",
      missing: "There is no SLO of this name.",
      answer: ({ params, query }) =>
        one(query, () => reads.slo(idOf(params["product"], params["slo"]))),
    },
    {
      url: "/api/v1/checks/:product/:dataset/:check/results",
      missing: "There is no check of this name.",
      answer: async ({ params, query: raw }) => {
        const checkId = idOf(params["product"], params["dataset"], params["check"]);
        const query = new Query(raw, ["from", "to", ...paging]);
        const page = await reads.results({ checkId, ...rangeOf(query) });
        return page === null
          ? null
          : listed(`/api/v1/checks/${checkId}/results`, query, page, resultCursor);
      },
    },
    {
      url: "/api/v1/incidents",
      missing: "There is nothing at this path.",
      answer: async ({ query: raw }) => {
        const query = new Query(raw, ["open", ...facets, ...paging]);
        const page = await reads.incidents({
          facets: query.facets(),
          isOpen: query.flag("open"),
          after: query.after(incidentCursor),
          limit: query.limit(),
        });
        return listed("/api/v1/incidents", query, page, incidentCursor);
      },
    },
  ];
}

/** A slash that came encoded belongs to a name, and so to none that exists; it must not divide an id. */
function idOf(...parts: readonly (string | undefined)[]): string {
  return parts.map((part) => part?.replaceAll("/", "%2F") ?? "").join("/");
}

function namedPage(query: Query, cursor: Cursor<string>) {
  return { facets: query.facets(), after: query.after(cursor), limit: query.limit() };
}

function rangeOf(query: Query): Omit<ResultsPage, "checkId"> {
  const fromMs = query.instant("from") ?? 0;
  const toMs = query.instant("to") ?? Number.MAX_SAFE_INTEGER;
  if (fromMs >= toMs) {
    throw new BadQuery("`from` must be before `to`.");
  }
  return { fromMs, toMs, after: query.after(resultCursor), limit: query.limit() };
}

async function one(raw: RawQuery, read: () => Promise<unknown>): Promise<ApiAnswer | null> {
  assertKnown(raw, []);
  const body = await read();
  return body === null ? null : { body };
}

function listed<Item, Position>(
  path: string,
  query: Query,
  { items, next }: Page<Item, Position>,
  cursor: Cursor<Position>,
): ApiAnswer {
  if (next === null) {
    return { body: { items, next_cursor: null, next: null } };
  }
  const text = cursor.write(next);
  const params = query.kept;
  params.set("cursor", text);
  const link = `${path}?${params.toString()}`;
  return { body: { items, next_cursor: text, next: link }, next: link };
}
