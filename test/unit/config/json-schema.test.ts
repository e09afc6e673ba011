import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { jsonSchemas } from "../../../src/config/json-schema.ts";
import { errorCodes } from "../../../src/core/errors.ts";
import { failureKinds } from "../../../src/core/vocabulary.ts";
import { registries } from "./registries.ts";

const root = join(import.meta.dirname, "../../..");

interface Schema {
  readonly description?: string;
  readonly writeOnly?: boolean;
  readonly const?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

const schemas = jsonSchemas(registries);

describe("the committed schema is the one that the types make", () => {
  test.each([
    ["schemas/tidemark.schema.json", schemas.daemon],
    ["schemas/product.schema.json", schemas.product],
  ])("%s", (path, schema) => {
    expect(JSON.parse(readFileSync(join(root, path), "utf8"))).toEqual(schema);
  });
});

/** Every key of a schema with its path. */
function keysOf(schema: Schema, path = ""): readonly (readonly [string, Schema])[] {
  const inner = [
    ...(typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : []),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
  ].flatMap((part) => keysOf(part, path));
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, part]) => [
    [`${path}/${key}`, part] as const,
    ...keysOf(part, `${path}/${key}`),
  ]);
  return [...inner, ...own];
}

test("every key that is ours says what it means", () => {
  const ownOfPlugIns = /^\/(?:connections|notifiers)\//;
  const mute = [...keysOf(schemas.daemon), ...keysOf(schemas.product)]
    .filter(([path, { description }]) => description === undefined && !ownOfPlugIns.test(path))
    .map(([path]) => path);

  expect(mute).toEqual([]);
});

test("secrets are marked", () => {
  const secret = keysOf(schemas.daemon)
    .filter(([, { writeOnly }]) => writeOnly === true)
    .map(([path]) => path);

  expect(secret).toEqual(
    expect.arrayContaining(["/http/token", "/connections/url", "/notifiers/token"]),
  );
});

test("kinds are told apart by `type`, and unknown keys are refused", () => {
  const connections = schemas.daemon as Schema;
  const kinds = connections.properties?.["connections"]?.additionalProperties as Schema;

  expect(kinds.oneOf?.map(({ properties }) => properties?.["type"]?.const)).toEqual([
    ...registries.connectors.keys(),
  ]);
  expect(kinds.oneOf?.map(({ additionalProperties }) => additionalProperties)).toEqual(
    kinds.oneOf?.map(() => false),
  );
});

test("required are the keys that have no default", () => {
  expect((schemas.product as Schema).required).toEqual(["version", "product", "owner", "datasets"]);
  expect((schemas.daemon as Schema).required).toEqual(["version", "products"]);
});

test("docs/errors.md lists every code and every kind of error, and no other", () => {
  const page = readFileSync(join(root, "docs/errors.md"), "utf8");
  const listed = [...page.matchAll(/^\| `([A-Za-z_]+)` \|/gm)].map(([, name]) => name);

  expect(listed).toEqual([...Object.keys(errorCodes), ...failureKinds]);
});
