import { z } from "zod";
import type { WebhookReceiver } from "../../test/counterparts/webhook-receiver.ts";
import { until } from "../../test/helpers/until.ts";
import type { Verdicts } from "../_shared/verdicts.ts";
import type { SeriesLabels } from "./api.ts";
import type { Stage } from "./stage.ts";

/** What an Alertmanager posts to a webhook. */
const webhookMessage = z.object({
  alerts: z.array(
    z.object({
      status: z.enum(["firing", "resolved"]),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
    }),
  ),
});

type Alert = z.output<typeof webhookMessage>["alerts"][number];

const incidentOfTide = { alertname: "TidemarkIncidentOpen", product: "tide" };

/** Told as soon as the second look has failed. */
export async function judgeIncident(verdicts: Verdicts, { hook }: Stage): Promise<void> {
  const page = await told(hook, "firing", incidentOfTide);
  verdicts.claim(
    "an incident travels through Alertmanager to the webhook, with its owner",
    page?.labels["owner"] === "seismology" && page.labels["severity"] === "page",
    page,
  );
  const ticket = await told(hook, "firing", { ...incidentOfTide, product: "swell" });
  verdicts.claim(
    "so does one of a product that nobody is paged for",
    ticket?.labels["owner"] === "coast" && ticket.labels["severity"] === "ticket",
    ticket,
  );
}

/** Told after a minute, since the rule waits as long. */
export async function judgeBurn(verdicts: Verdicts, { hook }: Stage): Promise<void> {
  const burn = await told(hook, "firing", {
    alertname: "TidemarkErrorBudgetBurn",
    sloth_id: "tide.fresh",
    sloth_severity: "page",
  });
  verdicts.claim(
    "the page on the burning budget does too, with owner and runbook",
    burn?.labels["owner"] === "seismology" &&
      burn.annotations["runbook_url"] === "https://example.com/runbooks/tide",
    burn,
  );
}

export async function judgeMended(verdicts: Verdicts, { hook }: Stage): Promise<void> {
  const end = await told(hook, "resolved", incidentOfTide);
  verdicts.claim("when the promise is kept again, the webhook is told so", end !== null);
}

/** The first alert with the labels that arrives at the webhook; null when none has for longer than the rules wait. */
async function told(
  hook: WebhookReceiver,
  status: Alert["status"],
  labels: SeriesLabels,
): Promise<Alert | null> {
  const isIt = (alert: Alert) =>
    alert.status === status &&
    Object.entries(labels).every(([label, value]) => alert.labels[label] === value);
  const find = () => hook.requests.flatMap(alertsIn).find(isIt) ?? null;
  const what = `${labels["alertname"]} at the webhook`;
  await until(what, () => find() !== null, { withinMs: 180_000, everyMs: 250 }).catch(() => null);
  return find();
}

function alertsIn({ body }: { readonly body: string }): readonly Alert[] {
  return webhookMessage.parse(JSON.parse(body)).alerts;
}
