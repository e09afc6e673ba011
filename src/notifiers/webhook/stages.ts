import type { Clock } from "../../core/clock.ts";
import type { ConnectionStage } from "../../core/connector.ts";
import { property } from "../_shared/failures.ts";
import { isTlsCode, withNotRun } from "../_shared/stages.ts";
import { BlockedAddressError } from "./addresses.ts";
import { connect, type Endpoint } from "./post.ts";

/** Resolves and connects, and posts nothing: a receiver must not see a notice that is none. */
export async function stagesOfEndpoint(
  endpoint: Endpoint,
  signal: AbortSignal,
  clock: Clock,
): Promise<readonly ConnectionStage[]> {
  const { host, protocol } = endpoint.url;
  const names = protocol === "https:" ? (["reach", "tls"] as const) : (["reach"] as const);
  const startMs = clock.monotonicMs();
  const reach = (
    status: ConnectionStage["status"],
    message: string,
    hint?: string,
  ): ConnectionStage => ({
    name: "reach",
    status,
    message,
    durationMs: Math.round(clock.monotonicMs() - startMs),
    ...(hint === undefined ? {} : { hint }),
  });
  const reached = (): ConnectionStage => reach("ok", `${host} accepts connections.`);
  try {
    await connect(endpoint, signal);
    return names.map((name) =>
      name === "reach"
        ? reached()
        : { name, status: "ok", message: "Its certificate is trusted.", durationMs: 0 },
    );
  } catch (error) {
    if (isTlsCode(property(error, "code"))) {
      const hint = "Check its certificate; NODE_EXTRA_CA_CERTS names further authorities.";
      const message = `${host} shows a certificate that is not trusted.`;
      return [reached(), { name: "tls", status: "failed", message, hint, durationMs: 0 }];
    }
    return withNotRun(names, [unreached(error, host, reach)]);
  }
}

function unreached(
  error: unknown,
  host: string,
  reach: (status: "failed", message: string, hint: string) => ConnectionStage,
): ConnectionStage {
  return error instanceof BlockedAddressError
    ? reach(
        "failed",
        `${host} leads to an address that is not public.`,
        "Set `allow_private_addresses: true` if the receiver is inside your network.",
      )
    : reach("failed", `${host} cannot be reached.`, "Check the URL, the network and the receiver.");
}
