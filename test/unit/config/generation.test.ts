import { describe, expect, test } from "vitest";
import { ConfigurationLoader } from "../../../src/config/load.ts";
import { daemonText, MeshFolder } from "./mesh-folder.ts";
import { clock, registries } from "./registries.ts";

const product = `version: 1
product: orders
owner: checkout
description: Orders.
datasets:
  orders:
    table: analytics.orders
    timezone: UTC
    filter: status = 'paid'
    columns:
      id: { type: bigint, nullable: false }
      name: { type: text, description: A name. }
    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 60m }
      shape: { type: schema }
`;

async function generationsOf(
  text: string,
  daemon = daemonText,
): Promise<Readonly<Record<string, string>>> {
  using folder = new MeshFolder({ "tidemark.yaml": daemon, "orders.product.yaml": text });
  const { mesh } = await new ConfigurationLoader(registries, {}, clock).load(folder.daemon);
  return Object.fromEntries(
    [...(mesh?.checks.values() ?? [])].map(({ name, generation }) => [name, generation]),
  );
}

describe("a generation stays", () => {
  test.each([
    ["when a duration is written in another way", "60m", "1h"],
    ["when a default is spelled out", "max_age: 60m", "max_age: 60m, time: load"],
    ["when a description changes", "Orders.", "All orders."],
    ["when the schedule changes", "max_age: 60m", "max_age: 60m, schedule: { every: 5m }"],
    ["when the default severity is spelled out", "max_age: 60m", "max_age: 60m, severity: fail"],
    ["when less is read for the same answer", "max_age: 60m", "max_age: 60m, source: column"],
    ["when the hold changes", "max_age: 60m", "max_age: 60m, hold: 3h"],
    ["when a column is described", "A name.", "The name."],
    [
      "when columns change places",
      "id: { type: bigint, nullable: false }\n      name: { type: text, description: A name. }",
      "name: { type: text }\n      id: { type: bigint, nullable: false }",
    ],
    ["when a filter gets spaces around it", "status = 'paid'", "\" status = 'paid' \""],
  ])("%s", async (_when, from, to) => {
    expect(product).toContain(from);
    expect(await generationsOf(product.replace(from, to))).toEqual(await generationsOf(product));
  });

  test("from one version of Tidemark to the next, whatever keys are new", async () => {
    const checks = `    checks:
      fresh: { type: freshness, column: loaded_at, max_age: 1h }
      daily: { type: freshness, column: loaded_at, by: "07:00", history: append_only }
      enough: { type: volume, min: 1 }
`;
    const whole = "    table: analytics.orders\n";
    const text = product.slice(0, product.indexOf(whole)) + whole + checks;

    expect(await generationsOf(text)).toEqual({
      fresh: "67154b307dfd9bf2",
      daily: "53fb53336db542f1",
      enough: "6b83e7ad26010bde",
    });
  });

  test("when the connection is renamed or moves", async () => {
    const moved = daemonText.replace("dwh:", "warehouse:").replace("localhost", "db.example.com");

    expect(await generationsOf(product, moved)).toEqual(await generationsOf(product));
  });
});

describe("a generation ends", () => {
  test.each([
    ["when the table is another one", "analytics.orders", "analytics.orders_v2"],
    ["when the table has another case", "analytics.orders", "analytics.Orders"],
    ["when the filter changes", "'paid'", "'shipped'"],
    ["when the zone changes", "UTC", "Europe/Berlin"],
    [
      "when the table becomes a query",
      "table: analytics.orders",
      "query: select * from analytics.orders",
    ],
  ])("%s, for every check of the dataset", async (_when, from, to) => {
    const before = await generationsOf(product);
    const after = await generationsOf(product.replace(from, to));

    expect(after["fresh"]).toMatch(/^[0-9a-f]{16}$/);
    expect(after["fresh"]).not.toBe(before["fresh"]);
    expect(after["shape"]).not.toBe(before["shape"]);
  });

  test("when a parameter changes, for that check alone", async () => {
    const before = await generationsOf(product);
    const after = await generationsOf(product.replace("60m", "61m"));

    expect(after["fresh"]).not.toBe(before["fresh"]);
    expect(after["shape"]).toBe(before["shape"]);
  });

  test("when the severity changes, for that check alone", async () => {
    const before = await generationsOf(product);
    const after = await generationsOf(
      product.replace("max_age: 60m", "max_age: 60m, severity: warn"),
    );

    expect(after["fresh"]).not.toBe(before["fresh"]);
    expect(after["shape"]).toBe(before["shape"]);
  });

  test("when a promised column changes, for the check that holds the columns alone", async () => {
    const before = await generationsOf(product);
    const after = await generationsOf(product.replace("type: text", "type: varchar"));

    expect(after["fresh"]).toBe(before["fresh"]);
    expect(after["shape"]).not.toBe(before["shape"]);
  });
});

test("a mesh that moves to another folder keeps the generations of its file sets", async () => {
  const files = product.replace("table: analytics.orders", "files: data/*.csv");
  const lake = daemonText.replace(
    '{ type: postgres, url: "postgres://watch@localhost/dwh" }',
    "{ type: duckdb }",
  );

  const first = await generationsOf(files, lake);

  expect(first["fresh"]).toMatch(/^[0-9a-f]{16}$/);
  expect(await generationsOf(files, lake)).toEqual(first);
});
