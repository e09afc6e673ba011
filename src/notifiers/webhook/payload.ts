import type { Notice, NoticeCheck } from "../../core/incident.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import { messageOf } from "../_shared/message.ts";
import { plain } from "../_shared/text.ts";

/** Raised when a key changes its meaning or goes; new keys may come without it. */
const payloadVersion = 1;

const maxChecks = 100;

/**
 * The body of a webhook: a contract with its receivers. Keys are always there, `null` where nothing is
 * known; times are ISO 8601 in UTC with milliseconds, lengths in seconds, shares of a budget signed ratios.
 */
export function payloadOf(notice: Notice): Readonly<Record<string, unknown>> {
  const { product, owner } = notice;
  const message = messageOf(notice);
  return {
    version: payloadVersion,
    id: notice.id,
    incident_id: notice.incidentId,
    change: notice.change,
    kind: notice.kind,
    alert: notice.alert,
    at: iso(notice.atMs),
    since: iso(notice.sinceMs),
    duration_seconds: (notice.atMs - notice.sinceMs) / 1000,
    title: message.title,
    text: message.lead,
    product: {
      name: short(product.name),
      description: product.description === undefined ? null : plain(product.description, 1000),
      domain: product.domain === undefined ? null : short(product.domain),
      tier: short(product.tier),
      contacts: Object.fromEntries(
        Object.entries(product.contacts ?? {}).map(([role, who]) => [short(role), short(who)]),
      ),
    },
    dataset: short(notice.dataset),
    dimension: notice.dimension,
    owner: { name: short(owner.name), display_name: short(owner.displayName) },
    checks: notice.checks.slice(0, maxChecks).map(checkOf),
    changed: notice.changed.slice(0, maxChecks).map(checkOf),
    budgets: notice.budgets.map((budget) => ({
      slo: short(budget.slo),
      objective: short(budget.objective),
      window: budget.window,
      remaining: budget.remaining,
      remaining_lower: budget.remainingLower,
    })),
    links: Object.fromEntries(
      Object.entries(notice.links).map(([name, url]) => [short(name), plain(url, 2000)]),
    ),
    upstream: notice.upstream.map(short),
    downstream: notice.downstream.map(short),
  };
}

function checkOf(check: NoticeCheck): Readonly<Record<string, unknown>> {
  return {
    id: short(check.id),
    type: short(check.type),
    outcome: check.outcome,
    summary: plain(check.summary, 1000),
    failure: check.failure ?? null,
    hint: check.hint === undefined ? null : plain(check.hint, 1000),
  };
}

function short(text: string): string {
  return plain(text, 200);
}

function iso(ms: EpochMs): string {
  return new Date(ms).toISOString();
}
