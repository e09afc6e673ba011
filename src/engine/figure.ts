import type { ConnectorSpec } from "../core/connector.ts";
import type { AggregateRequest, GapsRequest } from "../core/measurement.ts";

/** Of one statement: below Postgres' limit of 1,664 select items, with room for joins. */
export const maxFigures = 400;

/** What is one value of a statement's row. */
export type FigureRequest = AggregateRequest | GapsRequest;

/** A figure that is measured once, however many checks ask for it. */
export interface PlannedFigure<R extends FigureRequest = FigureRequest> {
  /** Column alias in the statement. */
  readonly alias: string;
  /** As it is spelled: of a request with `within` the filter is that. */
  readonly request: R;
  /** The request over all rows, which is made when the narrower one finds no value. */
  readonly whole?: AggregateRequest;
}

/** What the planner must know of the connection. */
export type PlanTarget = Pick<ConnectorSpec, "dialect" | "capabilities" | "statisticsOf">;
