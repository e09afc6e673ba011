import { type ConnectionStage, ConnectorError, type DatasetRef } from "../../src/core/connector.ts";
import { type Finding, Stages, unreadableText } from "../_shared/stages.ts";
import { unreadable } from "./access.ts";
import type { Reading } from "./catalogue.ts";
import { type BigquerySettings, isLoopback } from "./config.ts";
import { asConnectorError } from "./failures.ts";
import { grantHint } from "./grants.ts";

/** `Date` headers are whole seconds. */
const longestSkewMs = 5_000;

/** Free calls only. Never throws for what BigQuery does; stages after a failed one are `notRun`. */
export async function testStages(
  reading: Reading,
  settings: BigquerySettings,
  datasets: readonly DatasetRef[],
): Promise<readonly ConnectionStage[]> {
  const { driver, clock, deadline } = reading;
  const stages = new Stages({ clock, failureOf: (error) => asConnectorError(error).failure });
  const greeting = await greet(reading);
  await stages.go("reach", () => greeting.reached());
  await stages.go("tls", () => greeting.secured(settings));
  await stages.go("sign_in", async () => {
    await driver.rest.headers(deadline);
    await probe(reading).catch((error: unknown) => {
      // Anything but a refusal of the credentials is the next stage's.
      if (asConnectorError(error).kind === "auth") {
        throw error;
      }
    });
    return settings.identity.kind === "none"
      ? { status: "ok", message: "Nobody signs in at this endpoint." }
      : { status: "ok", message: "Google accepted the credentials." };
  });
  await stages.go("access", () => accessOf(reading, settings, datasets));
  await stages.go("clock", () => clockOf(greeting.skewMs));
  return stages.found;
}

interface Greeting {
  /** The server's clock against ours; null when it did not say. */
  readonly skewMs: number | null;
  reached(): Promise<Finding>;
  secured(settings: BigquerySettings): Promise<Finding>;
}

/** One request without credentials, to see how far it gets. */
async function greet({ driver, clock, deadline }: Reading): Promise<Greeting> {
  const beforeMs = clock.now();
  const end = await driver.rest.greet(deadline).then(
    (answer) => ({ dateMs: answer.dateMs, error: null }),
    (thrown: unknown) => ({ dateMs: null, error: asConnectorError(thrown) }),
  );
  // The header was cut to the second.
  const oursMs = (beforeMs + clock.now()) / 2 - 500;
  const isOfTls = end.error?.kind === "tls";
  return {
    skewMs: end.dateMs === null ? null : end.dateMs - oursMs,
    reached: async () => {
      if (end.error !== null && !isOfTls) {
        throw end.error;
      }
      return { status: "ok", message: "The API answers." };
    },
    secured: async ({ origin }) => {
      if (end.error !== null) {
        throw end.error;
      }
      if (origin.startsWith("https:")) {
        return { status: "ok", message: "Encrypted, and the server's certificate is trusted." };
      }
      return isLoopback(origin)
        ? { status: "ok", message: "Not encrypted; the server is on this machine." }
        : {
            status: "warning",
            message: "The connection is not encrypted.",
            hint: "Use an https:// address for `api_endpoint`.",
          };
    },
  };
}

/** A dry run shows whether the account may run queries, and is free. */
function probe({ driver, options, deadline }: Reading): Promise<unknown> {
  return driver.dryRun("select 1", options, deadline);
}

async function accessOf(
  reading: Reading,
  settings: BigquerySettings,
  datasets: readonly DatasetRef[],
): Promise<Finding> {
  await probe(reading).catch((error: unknown) => {
    throw withGrant(asConnectorError(error), grantHint(settings, null));
  });
  const failures = await unreadable(reading, datasets);
  const [first] = failures;
  if (first === undefined) {
    return { status: "ok", message: `Datasets that can be read: ${datasets.length}.` };
  }
  const { source, failure } = first;
  const message = unreadableText(
    failures.map(({ datasetId, failure: one }) => ({ datasetId, kind: one.kind })),
    datasets.length,
  );
  const error = new ConnectorError({ ...failure, message });
  throw source.kind === "table" ? withGrant(error, grantHint(settings, source.parts)) : error;
}

function withGrant({ failure }: ConnectorError, hint: string): ConnectorError {
  return new ConnectorError(failure.kind === "permission" ? { ...failure, hint } : failure);
}

async function clockOf(skewMs: number | null): Promise<Finding> {
  if (skewMs === null) {
    return { status: "ok", message: "The endpoint does not say what time it is." };
  }
  const message = `Google's clock is ${Math.abs(skewMs / 1_000).toFixed(0)} s ${skewMs < 0 ? "behind" : "ahead of"} this machine's.`;
  return Math.abs(skewMs) <= longestSkewMs
    ? { status: "ok", message }
    : {
        status: "warning",
        message,
        hint: "Freshness compares the two, and signatures are refused: keep this machine's clock set by NTP.",
      };
}
