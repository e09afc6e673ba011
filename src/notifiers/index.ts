import type { NotifierSpec } from "../core/notifier.ts";
import { consoleNotifier } from "./console/index.ts";
import { email } from "./email/index.ts";
import { slack } from "./slack/index.ts";
import { webhook } from "./webhook/index.ts";

/** Every kind of channel; a test holds this list and the folders equal. */
export const notifiers: readonly NotifierSpec[] = [consoleNotifier, email, slack, webhook];
