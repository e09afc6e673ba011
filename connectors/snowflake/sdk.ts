import { devNull } from "node:os";
import { join } from "node:path";
import type * as sdkModule from "snowflake-sdk";
import { ConnectorError } from "../../src/core/connector.ts";

export type Sdk = Pick<typeof sdkModule, "configure" | "createConnection">;
export type Connection = sdkModule.Connection;
export type ConnectionOptions = sdkModule.ConnectionOptions;

/**
 * What of a statement is used. Its published types leave out what `fetchRows` takes, and that a row has `values`: what
 * Snowflake sent, before the driver makes Numbers and Dates of it.
 */
export interface SdkStatement {
  getColumns(): readonly sdkModule.Column[] | undefined;
  getNumRows(): number | undefined;
  cancel(done: () => void): void;
  fetchRows(options: {
    /** Of the last row wanted, counted from 0. */
    readonly endIndex?: number;
    /** Returning false ends the reading. */
    readonly each: (row: { readonly values: readonly unknown[] }) => boolean;
    readonly end: (error: unknown) => void;
  }): void;
}

/**
 * Set before the driver is loaded, unless the user has: it would ask the cloud's metadata addresses where it runs, send
 * the form of the account's name to Snowflake, load a native library that only reports its version, and keep the answers
 * of OCSP servers in the home folder. Below a device no folder can be made, and then it keeps them in memory.
 */
const environment = {
  SNOWFLAKE_DISABLE_PLATFORM_DETECTION: "true",
  SF_TELEMETRY_DISABLE_CONNECTION_SHAPE: "true",
  SNOWFLAKE_DISABLE_MINICORE: "true",
  SF_OCSP_RESPONSE_CACHE_DIR: join(devNull, "snowflake"),
} as const;

let loading: Promise<Sdk> | null = null;

/** Loads the driver on first use; it costs some 50 MB. Throws `ConnectorError` of kind `driver_missing`. */
export async function loadSdk(): Promise<Sdk> {
  loading ??= load();
  try {
    return await loading;
  } catch (cause) {
    loading = null;
    const message = "The package `snowflake-sdk`, which talks to Snowflake, is not installed.";
    throw new ConnectorError(
      { kind: "driver_missing", message, hint: "npm install snowflake-sdk@3" },
      { cause },
    );
  }
}

async function load(): Promise<Sdk> {
  for (const [name, value] of Object.entries(environment)) {
    process.env[name] ??= value;
  }
  const { default: sdk } = await import("snowflake-sdk");
  const ignore = (): void => undefined;
  // Left to itself the driver writes `snowflake.log` into the working folder.
  sdk.configure({
    logLevel: "OFF",
    additionalLogToConsole: false,
    customLogger: { error: ignore, warn: ignore, info: ignore, debug: ignore, trace: ignore },
  });
  return sdk;
}
