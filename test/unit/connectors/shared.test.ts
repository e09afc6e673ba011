import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { askedBy, queryComment } from "../../../connectors/_shared/comment.ts";
import { CallDeadline } from "../../../connectors/_shared/deadline.ts";
import { classify, type FailureRule } from "../../../connectors/_shared/failures.ts";

const never = new Promise<never>(() => undefined);

describe("the comment of a statement", () => {
  it("says who asks", () => {
    expect(queryComment({ label: "orders/orders" })).toBe("/* tidemark orders/orders */");
  });

  it("names the checks before the id that the statement is found by", () => {
    const asking = { label: "orders/orders orders/returns +22 5f2c", checks: ["fresh", "enough"] };
    expect(queryComment(asking)).toBe(
      "/* tidemark orders/orders orders/returns +22 checks=fresh,enough 5f2c */",
    );
  });

  it("names the checks at the end where there is no id", () => {
    const asking = { label: "orders/orders", checks: ["fresh"] };
    expect(queryComment(asking)).toBe("/* tidemark orders/orders checks=fresh */");
  });

  it("counts the checks whose names do not fit", () => {
    const checks = Array.from({ length: 12 }, (_, at) => `a_rather_long_name_${at}`);
    expect(askedBy({ label: "orders/orders 5f2c", checks })).toBe(
      "tidemark orders/orders checks=a_rather_long_name_0,a_rather_long_name_1,+10 5f2c",
    );
  });

  it("cuts the name of a single check", () => {
    const checks = ["n".repeat(100)];
    expect(askedBy({ label: "a/b 5f2c", checks })).toBe(
      `tidemark a/b checks=${"n".repeat(60)} 5f2c`,
    );
  });

  it("keeps nothing that could end or nest a comment", () => {
    const asking = { label: "*/ drop /* \n\u0000é;'", checks: ["*/;--", "$$"] };
    expect(queryComment(asking)).toBe("/* tidemark _/ drop /_ checks=_/_--,__ _____ */");
  });

  it("is cut to a bounded length", () => {
    expect(queryComment({ label: "a".repeat(10_000) })).toBe(`/* tidemark ${"a".repeat(120)} */`);
    const checks = Array.from({ length: 1_000 }, () => "n".repeat(60));
    expect(queryComment({ label: "a".repeat(10_000), checks }).length).toBeLessThan(220);
  });
});

describe("a call's deadline", () => {
  it("lets work that ends in time have its value or its error", async () => {
    const deadline = new CallDeadline(new AbortController().signal, 60_000);
    expect(await deadline.race(Promise.resolve(7))).toEqual({ isStopped: false, value: 7 });
    await expect(deadline.race(Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(deadline.reason).toBeNull();
    deadline.end();
  });

  it("stops when the caller aborts, before or after the start", async () => {
    const before = new CallDeadline(AbortSignal.abort(), 60_000);
    expect(await before.race(never)).toEqual({ isStopped: true, reason: "aborted" });
    const controller = new AbortController();
    const after = new CallDeadline(controller.signal, 60_000);
    const end = after.race(never);
    controller.abort();
    expect(await end).toEqual({ isStopped: true, reason: "aborted" });
  });

  it("stops when its time is over, and keeps the first reason", async () => {
    const controller = new AbortController();
    const deadline = new CallDeadline(controller.signal, 1);
    expect(await deadline.race(never)).toEqual({ isStopped: true, reason: "overdue" });
    controller.abort();
    expect(deadline.reason).toBe("overdue");
  });

  it("leaves no listener on a signal that outlives it", () => {
    const { signal } = new AbortController();
    for (let call = 0; call < 3; call += 1) {
      const deadline = new CallDeadline(signal, 60_000);
      expect(getEventListeners(signal, "abort")).toHaveLength(1);
      deadline.end();
    }
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

describe("a table of failures", () => {
  const rules: readonly FailureRule[] = [
    { codes: ["42P01"], kind: "not_found", message: "gone", hint: "look" },
    { codes: ["42*"], kind: "invalid_query", message: "wrong" },
    { texts: ["Catalog Error:"], kind: "not_found", message: "gone too" },
  ];

  it("is read from the top, by code, by beginning of a code and by beginning of a text", () => {
    expect(classify(rules, { code: "42P01", text: "" })).toEqual({
      kind: "not_found",
      message: "gone",
      hint: "look",
      code: "42P01",
    });
    expect(classify(rules, { code: "42601", text: "" })).toMatchObject({ kind: "invalid_query" });
    expect(classify(rules, { code: null, text: "Catalog Error: x" })).toEqual({
      kind: "not_found",
      message: "gone too",
    });
  });

  it("passes on neither a driver's text nor a code that is none", () => {
    const failure = classify(rules, { code: "a@b.c said", text: "Key (email)=(canary)" });
    expect(failure).toMatchObject({ kind: "internal" });
    expect(failure).not.toHaveProperty("code");
    expect(JSON.stringify(failure)).not.toContain("canary");
  });
});
