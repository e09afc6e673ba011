import type { Clock } from "../../core/clock.ts";
import type { ConnectionStage } from "../../core/connector.ts";
import { withNotRun } from "../_shared/stages.ts";
import type { SlackCall } from "./client.ts";
import { SlackFailure } from "./failures.ts";

const names = ["reach", "sign_in", "access"] as const;

/** Signs in with `auth.test`, which posts nothing, and reads from its answer what the token may do. */
export async function stagesOfSlack(
  call: SlackCall,
  apiUrl: URL,
  clock: Clock,
): Promise<readonly ConnectionStage[]> {
  const startMs = clock.monotonicMs();
  const stage = (
    name: (typeof names)[number],
    status: "ok" | "warning" | "failed",
    message: string,
    hint?: string,
  ): ConnectionStage => ({
    name,
    status,
    message,
    durationMs: name === "reach" ? Math.round(clock.monotonicMs() - startMs) : 0,
    ...(hint === undefined ? {} : { hint }),
  });
  const reached = (): ConnectionStage => stage("reach", "ok", `${apiUrl.host} answers.`);
  try {
    const answer = await call("auth.test", {});
    const signedIn = stage("sign_in", "ok", "Slack knows the token.");
    return [reached(), signedIn, accessStage(stage, answer)];
  } catch (error) {
    if (!(error instanceof SlackFailure)) {
      throw error;
    }
    if (error.result.isRetryable) {
      const message = `${apiUrl.host} gave no usable answer (${error.code}).`;
      const hint = "Check the network, a proxy, and `api_url`.";
      return withNotRun(names, [stage("reach", "failed", message, hint)]);
    }
    const hint = "Check the bot token; it starts with `xoxb-`.";
    const failed = stage("sign_in", "failed", `Slack refuses the token (${error.code}).`, hint);
    return withNotRun(names, [reached(), failed]);
  }
}

/** Slack lists a token's scopes in a response header; where it does not, nothing can be said. */
function accessStage(
  stage: (
    name: "access",
    status: "ok" | "warning" | "failed",
    message: string,
    hint?: string,
  ) => ConnectionStage,
  answer: Readonly<Record<string, unknown>>,
): ConnectionStage {
  const scopes = scopesOf(answer["response_metadata"]);
  if (scopes === null) {
    return stage("access", "warning", "Slack does not say which scopes the token has.");
  }
  return scopes.includes("chat:write")
    ? stage("access", "ok", "The token may post (`chat:write`).")
    : stage(
        "access",
        "failed",
        "The token lacks the scope `chat:write`.",
        "Add it to the app's bot scopes and install the app anew.",
      );
}

function scopesOf(metadata: unknown): readonly unknown[] | null {
  const scopes: unknown =
    typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, "scopes") : null;
  return Array.isArray(scopes) ? scopes : null;
}
