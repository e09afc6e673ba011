import type { Notice, NoticeChange, NoticeCheck } from "../../src/core/incident.ts";

export const stale: NoticeCheck = {
  id: "orders/orders/fresh",
  type: "freshness",
  outcome: "fail",
  summary: "The newest row is 2 h old; at most 1 h was promised.",
};

/** A notice of one incident, five minutes after the one before it. */
export function noticeOf(change: NoticeChange, given: Partial<Notice> = {}): Notice {
  const number = { opened: 1, joined: 2, raised: 2, left: 3, resolved: 4, withdrawn: 4 }[change];
  return {
    id: `incident-1.${number}`,
    incidentId: "incident-1",
    change,
    kind: "broken",
    alert: "page",
    atMs: Date.UTC(2026, 6, 1, 5, number * 5),
    sinceMs: Date.UTC(2026, 6, 1, 5),
    product: {
      name: "orders",
      description: "One row per order.",
      domain: "sales",
      tier: "gold",
      contacts: { technical_owner: "li@example.com" },
    },
    dataset: "orders/orders",
    dimension: "timeliness",
    owner: { name: "checkout", displayName: "Checkout data" },
    checks: [stale],
    changed: [stale],
    budgets: [
      {
        slo: "orders/fresh",
        objective: "99.5%",
        window: "30d",
        remaining: 0.821,
        remainingLower: 0.75,
      },
    ],
    links: {
      docs: "https://example.com/orders",
      runbook: "https://example.com/runbooks/orders",
    },
    upstream: ["payments"],
    downstream: ["finance-reporting"],
    ...given,
  };
}

/** Markup of every channel, line breaks, directions of writing and a second recipient, as a file could hold them. */
export const hostileText =
  "<!channel> <script>alert(1)</script> *bold* [x](https://evil.example) <https://evil.example|here> \r\nBcc: eve@evil.example\u202E\u0007\u2028, eve@evil.example";

/** A notice whose every free text is hostile. */
export function hostileNotice(change: NoticeChange): Notice {
  const check = { ...stale, id: hostileText, summary: hostileText, hint: hostileText };
  return noticeOf(change, {
    product: {
      name: hostileText,
      description: hostileText,
      domain: hostileText,
      tier: "gold",
      contacts: { [hostileText]: hostileText },
    },
    dataset: hostileText,
    owner: { name: hostileText, displayName: hostileText },
    checks: [check],
    changed: [check],
    links: { [hostileText]: "javascript:alert(1)", runbook: "https://example.com/<!channel>|x" },
    upstream: [hostileText],
    downstream: [hostileText],
  });
}
