import type { Clock } from "../../core/clock.ts";
import type { ConnectionStage } from "../../core/connector.ts";
import { property } from "../_shared/failures.ts";
import { isTlsCode, withNotRun } from "../_shared/stages.ts";

const names = ["reach", "tls", "sign_in"] as const;

/** Connects, greets, secures the connection and signs in; mails nothing. `verify` is nodemailer's. */
export async function stagesOfSmtp(
  verify: () => Promise<unknown>,
  host: string,
  signal: AbortSignal,
  clock: Clock,
): Promise<readonly ConnectionStage[]> {
  const startMs = clock.monotonicMs();
  const reach = (status: "ok" | "failed", message: string, hint?: string): ConnectionStage => ({
    name: "reach",
    status,
    message,
    durationMs: Math.round(clock.monotonicMs() - startMs),
    ...(hint === undefined ? {} : { hint }),
  });
  const reached = (): ConnectionStage => reach("ok", `${host} answers.`);
  try {
    await endedBy(signal, verify());
    return [
      reached(),
      ok("tls", "The connection is as secure as `require_tls` asks."),
      ok("sign_in", "The server takes mail."),
    ];
  } catch (error) {
    const code = property(error, "code");
    if (isTlsCode(code) || isTlsCode(property(error, "originalCode"))) {
      const message = `${host} offers no TLS, or a certificate that is not trusted.`;
      const hint = "Check its certificate; NODE_EXTRA_CA_CERTS names further authorities.";
      return withNotRun(names, [reached(), failed("tls", message, hint)]);
    }
    if (code === "EAUTH" || code === "ENOAUTH") {
      const message = `${host} refuses the user or the password.`;
      const hint = "Check both in `url`; write special characters percent-encoded.";
      return [
        reached(),
        ok("tls", "The connection is as secure as `require_tls` asks."),
        failed("sign_in", message, hint),
      ];
    }
    const hint = "Check host and port in `url`; 587 is usual for smtp, 465 for smtps.";
    return withNotRun(names, [reach("failed", `${host} does not greet as a mail server.`, hint)]);
  }
}

function ok(name: "tls" | "sign_in", message: string): ConnectionStage {
  return { name, status: "ok", message, durationMs: 0 };
}

function failed(name: "tls" | "sign_in", message: string, hint: string): ConnectionStage {
  return { name, status: "failed", message, hint, durationMs: 0 };
}

/** nodemailer's `verify` takes no signal; its own timeouts end what is left behind here. */
async function endedBy(signal: AbortSignal, work: Promise<unknown>): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(new Error("aborted"));
  signal.addEventListener("abort", abort, { once: true });
  try {
    signal.throwIfAborted();
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
    work.catch(() => undefined);
  }
}
