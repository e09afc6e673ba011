import type { ConnectionStage } from "../../core/connector.ts";

type StageName = ConnectionStage["name"];

/** Completes a list of stages: those that an earlier failure kept from running are `notRun`. */
export function withNotRun(
  names: readonly StageName[],
  done: readonly ConnectionStage[],
): readonly ConnectionStage[] {
  const missing = names.filter((name) => !done.some((stage) => stage.name === name));
  return [
    ...done,
    ...missing.map((name) => ({
      name,
      status: "notRun" as const,
      message: "Not tried, since an earlier step failed.",
      durationMs: 0,
    })),
  ];
}

/** Whether Node refused a certificate, by its error code (`CERT_…`, `DEPTH_ZERO_SELF_SIGNED_CERT`, …). */
export function isTlsCode(code: unknown): boolean {
  return typeof code === "string" && /CERT|SELF_SIGNED|_SSL_|^ERR_TLS|^EPROTO$|^ETLS$/u.test(code);
}
