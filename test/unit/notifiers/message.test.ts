import { describe, expect, it } from "vitest";
import type { NoticeBudget, NoticeChange } from "../../../src/core/incident.ts";
import { linesOf, messageOf, subjectOf } from "../../../src/notifiers/_shared/message.ts";
import { hostileNotice, noticeOf, stale } from "../../contract/notice.ts";

const changes: readonly NoticeChange[] = [
  "opened",
  "joined",
  "raised",
  "left",
  "resolved",
  "withdrawn",
];

describe("messageOf", () => {
  it("says all of a broken promise", () => {
    const message = messageOf(noticeOf("opened"));
    expect(message.title).toBe("orders: freshness of orders/orders is broken");
    expect(message.mood).toBe("bad");
    expect(linesOf(message)).toEqual([
      "A promise has been broken since 2026-07-01T05:00:00Z (for 5 minutes).",
      "- orders/orders/fresh (freshness) fails: The newest row is 2 h old; at most 1 h was promised.",
      "Product: orders (gold, domain sales). One row per order.",
      "Owner: Checkout data (checkout)",
      "Contacts: technical owner li@example.com",
      "Alert level: page",
      "Error budget: orders/fresh, 99.5% over 30d: 82.1% left; 75.0% left if all unmeasured time was bad",
      "Upstream: payments",
      "Downstream: finance-reporting",
      "runbook: https://example.com/runbooks/orders",
      "docs: https://example.com/orders",
    ]);
  });

  it.each([
    ["joined", "bad", "is broken", "A further check of the same cause fails: orders/orders/fresh."],
    ["raised", "bad", "is broken", "The alert level was raised to page. A promise has been broken"],
    ["left", "bad", "is broken", "No longer failing: orders/orders/fresh."],
    ["resolved", "over", "is kept again", "Resolved at 2026-07-01T05:20:00Z"],
    ["withdrawn", "over", "is no longer watched", "Whether the promise holds is not known."],
  ] as const)("says %s of a broken promise", (change, mood, title, lead) => {
    const message = messageOf(noticeOf(change));
    expect(message.mood).toBe(mood);
    expect(message.title).toBe(`orders: freshness of orders/orders ${title}`);
    expect(message.lead).toContain(lead);
  });

  it("says of blindness that it is neither good nor bad", () => {
    const message = messageOf(
      noticeOf("opened", {
        kind: "blind",
        checks: [{ ...stale, outcome: "error", failure: "timeout", hint: "Ask the warehouse." }],
      }),
    );
    expect(message.mood).toBe("unknown");
    expect(message.title).toBe("orders: freshness of orders/orders cannot be measured");
    expect(message.lead).toBe(
      "Could not be measured since 2026-07-01T05:00:00Z (for 5 minutes); this is neither good nor bad.",
    );
    expect(message.checks[0]).toContain("(freshness) could not be measured (timeout): ");
    expect(message.checks[0]).toContain("Hint: Ask the warehouse.");
  });

  it.each([
    ["opened", "unknown", "is spent", "Nothing more is scanned for it until the next day (UTC)"],
    ["joined", "unknown", "is spent", "It stops a further check: orders/orders/fresh."],
    ["resolved", "over", "begins anew", "it is measured again"],
    ["withdrawn", "over", "was changed or removed", "the budget that was spent since"],
  ] as const)("says %s of a spent budget of bytes", (change, mood, title, lead) => {
    const message = messageOf(noticeOf(change, { kind: "budget" }));
    expect(message.mood).toBe(mood);
    expect(message.title).toBe(`orders: the daily budget of bytes ${title}`);
    expect(message.lead).toContain(lead);
    expect(message.lead).not.toMatch(/broken|kept|fail/u);
  });

  it.each(changes)("never calls a blind incident broken, kept or failing: %s", (change) => {
    const { title, lead } = messageOf(noticeOf(change, { kind: "blind", checks: [], changed: [] }));
    expect(`${title} ${lead}`).not.toMatch(/broken|kept|fail/u);
  });

  it.each<[string, Partial<NoticeBudget>, string]>([
    ["both sides", { remaining: 0.5, remainingLower: 0.25 }, "50.0% left; 25.0% left if all"],
    [
      "one figure where they agree",
      { remaining: 1 - 0.07, remainingLower: 1 - 0.07 },
      ": 93.0% left",
    ],
    ["rounded down", { remaining: 0.9999, remainingLower: 0.9999 }, ": 99.9% left"],
    ["overspent", { remaining: -0.25, remainingLower: -0.25 }, ": overspent by 25.0%"],
    ["a spent rest rounded up", { remaining: -0.0001, remainingLower: -0.0001 }, "by 0.1%"],
    ["nothing left", { remaining: 0, remainingLower: 0 }, ": 0.0% left"],
    ["unknown", { remaining: null, remainingLower: null }, ": unknown"],
    ["unknown above", { remaining: null, remainingLower: -1 }, ": unknown; overspent by 100.0% if"],
  ])("says the budget: %s", (_case, sides, words) => {
    const [budget] = noticeOf("opened").budgets;
    const message = messageOf(
      noticeOf("opened", { budgets: [{ ...(budget as NoticeBudget), ...sides }] }),
    );
    const fact = message.facts.find(({ label }) => label === "Error budget");
    expect(fact?.text).toContain(words);
  });

  it("counts the checks that it does not show", () => {
    const checks = Array.from({ length: 20 }, (_, index) => ({ ...stale, id: `a/b/c${index}` }));
    const message = messageOf(noticeOf("opened", { checks }));
    expect(message.checks).toHaveLength(9);
    expect(message.checks.at(-1)).toBe("and 12 more checks");
  });

  it("makes only http links clickable, runbook first, and shows the others as text", () => {
    const message = messageOf(
      noticeOf("opened", {
        links: {
          docs: "https://example.com/<docs>|x",
          page: "javascript:alert(1)",
          runbook: "https://example.com/run",
        },
      }),
    );
    expect(message.links).toEqual([
      { label: "runbook", url: "https://example.com/run" },
      { label: "docs", url: "https://example.com/%3Cdocs%3E%7Cx" },
    ]);
    expect(message.facts.at(-1)).toEqual({ label: "page", text: "javascript:alert(1)" });
  });

  it("stays on single lines and within bounds whatever the names are", () => {
    for (const change of changes) {
      const message = messageOf(hostileNotice(change));
      expect(message.title.length).toBeLessThanOrEqual(145);
      const lines = [message.title, ...linesOf(message), ...message.changed];
      expect(lines.filter((line) => /\p{Cc}|\p{Cf}|\u2028/u.test(line))).toEqual([]);
      expect(lines.join("\n").length).toBeLessThan(12_000);
    }
  });
});

describe("subjectOf", () => {
  it("is the same for all notices of an incident", () => {
    const subjects = changes.map((change) => subjectOf(noticeOf(change)));
    expect(new Set(subjects)).toEqual(new Set(["orders: freshness of orders/orders"]));
  });
});
