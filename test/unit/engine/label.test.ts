import { describe, expect, it } from "vitest";
import { labelOf } from "../../../src/engine/label.ts";

describe("who asks, in a statement's comment", () => {
  it("is the dataset and the statement's id", () => {
    expect(labelOf(["orders/orders"], "ab12")).toBe("orders/orders ab12");
  });

  it("is cut before the id, by which the statement is found", () => {
    expect(labelOf([`orders/${"o".repeat(200)}`], "ab12")).toBe(`orders/${"o".repeat(93)} ab12`);
  });

  it("names as many datasets as fit, and counts the others", () => {
    const ids = Array.from({ length: 25 }, (_, at) => `orders/dataset_number_${at}`);
    const label = labelOf(["orders/first", ...ids], "ab12");
    expect(label).toBe(
      "orders/first orders/dataset_number_0 orders/dataset_number_1 orders/dataset_number_2 +22 ab12",
    );
    expect(label.length).toBeLessThanOrEqual(105);
  });

  it("leaves room for the count behind a long name", () => {
    const label = labelOf([`orders/${"o".repeat(200)}`, "orders/second"], "ab12");
    expect(label).toBe(`orders/${"o".repeat(87)} +1 ab12`);
  });
});
