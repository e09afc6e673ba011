import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { queryComment } from "../../../connectors/_shared/comment.ts";
import { CallDeadline } from "../../../connectors/_shared/deadline.ts";
import { classify, type FailureRule } from "../../../connectors/_shared/failures.ts";

const never = new Promise<never>(() => undefined);

describe("the comment before a statement", () => {
  it("says who asks", () => {
    expect(queryComment("orders/orders")).toBe("/* tidemark orders/orders */");
  });

  it("keeps nothing that could end or nest a comment", () => {
    expect(queryComment("*/ drop /* \n\u0000é;'")).toBe("/* tidemark _/ drop /_ _____ */");
  });

  it("is cut to a bounded length", () => {
    expect(queryComment("a".repeat(10_000))).toBe(`/* tidemark ${"a".repeat(120)} */`);
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
