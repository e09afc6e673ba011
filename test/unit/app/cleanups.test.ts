import { describe, expect, it } from "vitest";
import { Cleanups } from "../../../src/app/cleanups.ts";
import type { Logger } from "../../../src/core/logger.ts";

describe("the cleanups", () => {
  it("close in reverse order, each whatever the others do, and leave behind what does not end", async () => {
    const complaints: unknown[] = [];
    const logger: Logger = {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: ({ step }) => complaints.push(step),
      child: () => logger,
    };
    const closed: string[] = [];
    const cleanups = new Cleanups(logger, 20);
    cleanups.add("first", () => closed.push("first"));
    cleanups.add("stuck", () => new Promise(() => {}));
    cleanups.add("broken", () => {
      throw new Error("it does not close");
    });
    cleanups.add("failing", async () => {
      throw new Error("it does not close either");
    });
    cleanups.add("last", async () => closed.push("last"));
    await cleanups.run();
    expect(closed).toEqual(["last", "first"]);
    expect(complaints).toEqual(["failing", "broken", "stuck"]);
    await cleanups.run();
    expect(closed).toEqual(["last", "first"]);
  });
});
