import type { ConnectionStage } from "../../src/core/connector.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";

/** What a stage of testing the connection found. */
export type Finding = Pick<ConnectionStage, "status" | "message" | "hint">;

export function failed({ message, hint, code }: MeasurementFailure): Finding {
  return {
    status: "failed",
    message: code === undefined ? message : `${message} (${code})`,
    ...(hint === undefined ? {} : { hint }),
  };
}
