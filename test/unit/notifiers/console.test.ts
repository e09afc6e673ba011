import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { consoleNotifier } from "../../../src/notifiers/console/index.ts";
import { notifiers } from "../../../src/notifiers/index.ts";
import { hostileNotice, noticeOf } from "../../contract/notice.ts";
import { contextOf } from "../../contract/notifier-suite.ts";

const options = {
  address: null,
  externalId: null,
  idempotencyKey: "key",
  signal: AbortSignal.timeout(10_000),
};

describe("the console notifier", () => {
  it("prints a notice as a few lines", async () => {
    const printed: string[] = [];
    const notifier = consoleNotifier.create(
      {},
      contextOf((text) => printed.push(text)),
    );
    expect(await notifier.deliver(noticeOf("opened"), options)).toEqual({ delivered: true });
    expect(printed.join("").split("\n").slice(0, 3)).toEqual([
      "[opened] orders: freshness of orders/orders is broken",
      "  A promise has been broken since 2026-07-01T05:00:00Z (for 5 minutes).",
      "  - orders/orders/fresh (freshness) fails: The newest row is 2 h old; at most 1 h was promised.",
    ]);
    expect(printed.join("").endsWith("\n")).toBe(true);
  });

  it("prints nothing that steers a terminal", async () => {
    const printed: string[] = [];
    const notifier = consoleNotifier.create(
      {},
      contextOf((text) => printed.push(text)),
    );
    await notifier.deliver(hostileNotice("joined"), options);
    expect(printed.join("").replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });

  it("says that a terminal which is gone is our own trouble, and does not throw", async () => {
    const context = contextOf(() => {
      throw new Error("EPIPE canary");
    });
    const notifier = consoleNotifier.create({}, context);
    const result = await notifier.deliver(noticeOf("opened"), options);
    expect(result).toEqual({ delivered: false, isRetryable: false, reason: "internal" });
    expect(context.logged).toHaveLength(1);
    expect(context.logged.join("")).not.toContain("canary");
  });

  it("takes no address, and is always reached", async () => {
    expect(consoleNotifier.addressProblem(null)).toBeNull();
    expect(consoleNotifier.addressProblem("#somewhere")).toContain("no address");
    const stages = await consoleNotifier.create({}, contextOf()).test(options);
    expect(stages.map(({ status }) => status)).toEqual(["ok"]);
  });
});

describe("the list of notifiers", () => {
  it("names exactly the folders", () => {
    const folders = readdirSync(new URL("../../../src/notifiers", import.meta.url), {
      withFileTypes: true,
    })
      .filter((entry) => entry.isDirectory() && entry.name !== "_shared")
      .map((entry) => entry.name);
    expect(notifiers.map(({ type }) => type).toSorted()).toEqual(folders.toSorted());
  });

  it("gives a JSON Schema of strict objects, in which every key is described", () => {
    for (const spec of notifiers) {
      const schema = z.toJSONSchema(spec.config, { io: "input" });
      expect(schema.additionalProperties).toBe(false);
      for (const property of Object.values(schema.properties ?? {})) {
        expect(property).toHaveProperty("description");
      }
    }
  });

  it("marks every key that can hold a secret", () => {
    const secrets = notifiers.flatMap((spec) =>
      Object.entries(spec.config.shape)
        .filter(([, type]) => (type as z.ZodType).meta()?.["secret"] === true)
        .map(([key]) => `${spec.type}.${key}`),
    );
    expect(secrets.toSorted()).toEqual([
      "email.url",
      "slack.token",
      "webhook.headers",
      "webhook.url",
    ]);
  });
});
