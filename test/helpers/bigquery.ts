import { bigquery } from "../../connectors/bigquery/index.ts";
import type { Connector, ConnectorContext } from "../../src/core/connector.ts";
import { connectorContext } from "./connectors.ts";

/** A BigQuery connector to the counterpart at `origin`, with further keys of tidemark.yaml. */
export function bigqueryConnector(
  origin: string,
  keys: object = {},
  context: Partial<ConnectorContext> = {},
): Connector {
  const given = { project: "test-project", api_endpoint: origin, ...keys };
  return bigquery.create(bigquery.config.parse(given), connectorContext(context));
}
