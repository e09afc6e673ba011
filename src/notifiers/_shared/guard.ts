import type { Logger } from "../../core/logger.ts";
import type { DeliveryResult } from "../../core/notifier.ts";
import { permanent, property } from "./failures.ts";

/**
 * Runs a delivery and turns what nobody foresaw into a result, so that one notice that cannot be
 * rendered does not stop the channel. Only the error's class goes to the log: its text may quote a secret.
 */
export async function guarded(
  logger: Logger,
  deliver: () => Promise<DeliveryResult>,
): Promise<DeliveryResult> {
  try {
    return await deliver();
  } catch (error) {
    const name = property(error, "name");
    logger.error(
      { error: typeof name === "string" ? name : typeof error },
      "a fault in Tidemark kept a notice from being delivered",
    );
    return permanent("internal");
  }
}
