import type { Clock } from "../../src/core/clock.ts";
import type { CallOptions, ConnectionStage, DatasetRef } from "../../src/core/connector.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";
import { CallDeadline } from "../_shared/deadline.ts";
import { type Finding, failed, Stages } from "../_shared/stages.ts";
import { accessOf } from "./access.ts";
import type { SnowflakeSettings } from "./config.ts";
import type { SnowflakeDriver } from "./driver.ts";
import { asConnectorError } from "./failures.ts";
import { knock } from "./knock.ts";

const longestSkewMs = 5_000;
/** The key pair's JWT lives this long from the moment that this machine's clock gives it. */
const signInLifetimeMs = 120_000;

/**
 * Goes the way to the account step by step. No statement of it needs a warehouse, so that it wakes none. Never throws
 * for what a server does; stages after a failed one are `notRun`.
 */
export async function testStages(
  driver: SnowflakeDriver,
  settings: SnowflakeSettings,
  options: CallOptions,
  { clock, datasets }: { readonly clock: Clock; readonly datasets: readonly DatasetRef[] },
): Promise<readonly ConnectionStage[]> {
  const deadline = new CallDeadline(options.signal, options.timeoutMs);
  const door = knock(settings.origin, clock);
  const failureOf = (error: unknown) => asConnectorError(error).failure;
  const stages = new Stages({ clock, failureOf, deadline });
  try {
    await stages.go("reach", async () => {
      await door.reached;
      return door.isTried
        ? { status: "ok", message: "The host accepts connections." }
        : throughProxy;
    });
    await stages.go("tls", async () => {
      await door.secured;
      if (!door.isTried) {
        return throughProxy;
      }
      return settings.origin.startsWith("https:")
        ? { status: "ok", message: "Encrypted, and the server's certificate is trusted." }
        : { status: "ok", message: "Not encrypted; the server is on this machine." };
    });
    await stages.go("sign_in", async () => {
      try {
        await driver.open(deadline);
        return { status: "ok", message: "Snowflake let the user in." };
      } catch (error) {
        return whySignInFailed(asConnectorError(error).failure, door.skewMs());
      }
    });
    await stages.go("access", () =>
      driver.call(options, (ask) => accessOf(ask, settings, datasets)),
    );
    await stages.go("clock", async () => clockOf(door.skewMs()));
  } finally {
    deadline.end();
    door.leave();
  }
  return stages.found;
}

const throughProxy: Finding = {
  status: "ok",
  message: "Left to the sign-in, which goes through the proxy of the environment.",
};

/** Snowflake does not say that a key pair was refused for the time in it; the host's own clock does. */
function whySignInFailed(failure: MeasurementFailure, skewMs: number | null): Finding {
  const isOfKey = failure.code === "390144";
  return isOfKey && skewMs !== null && Math.abs(skewMs) > signInLifetimeMs / 2
    ? failed({ ...failure, hint: `${skewText(skewMs)} Set it by NTP.` })
    : failed(failure);
}

/** The header `date` is cut to seconds. */
function clockOf(skewMs: number | null): Finding {
  if (skewMs === null) {
    return { status: "ok", message: "The server does not tell its time." };
  }
  return Math.abs(skewMs) <= longestSkewMs
    ? { status: "ok", message: skewText(skewMs) }
    : {
        status: "warning",
        message: skewText(skewMs),
        hint: "Freshness compares the two: keep this machine's clock set by NTP.",
      };
}

function skewText(skewMs: number): string {
  const seconds = Math.abs(skewMs / 1_000).toFixed(0);
  return `This machine's clock is ${seconds} s ${skewMs < 0 ? "ahead of" : "behind"} the server's.`;
}
