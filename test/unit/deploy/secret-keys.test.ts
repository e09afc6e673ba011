import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import tidemark from "../../../schemas/tidemark.schema.json" with { type: "json" };
import { secretKeysOf } from "../../../scripts/generate/secret-keys.ts";

const key = { type: "string", writeOnly: true };

it("finds secrets by section and type, also within objects and alternatives", () => {
  const ssl = { anyOf: [{ type: "boolean" }, { properties: { key, ca: { type: "string" } } }] };
  const schema = {
    properties: {
      connections: {
        additionalProperties: {
          oneOf: [
            { properties: { type: { const: "postgres" }, password: key, ssl } },
            { properties: { type: { const: "duckdb" }, path: { type: "string" } } },
          ],
        },
      },
      notifiers: {
        additionalProperties: { oneOf: [{ properties: { type: { const: "slack" }, token: key } }] },
      },
    },
  };
  expect(secretKeysOf(schema)).toEqual({
    connections: { postgres: [["password"], ["ssl", "key"]], duckdb: [] },
    notifiers: { slack: [["token"]] },
  });
});

it("misses none that the schema of connections and notifiers marks", () => {
  const { connections, notifiers } = tidemark.properties;
  const marked = JSON.stringify([connections, notifiers]).match(/"writeOnly":true/g);
  const found = Object.values(secretKeysOf(tidemark)).flatMap((types) =>
    Object.values(types).flat(),
  );
  expect(found).toHaveLength(marked?.length ?? 0);
});

it("leaves no other section to the chart's values that holds a secret", () => {
  const { connections: _c, notifiers: _n, ...others } = tidemark.properties;
  const withSecrets = Object.entries(others).filter(([, section]) =>
    JSON.stringify(section).includes('"writeOnly":true'),
  );
  const values = JSON.parse(readFileSync("deploy/helm/tidemark/values.schema.json", "utf8")) as {
    readonly properties: { readonly config: { readonly properties: object } };
  };
  expect(withSecrets.map(([name]) => name)).toEqual(["http"]);
  expect(values.properties.config.properties).toMatchObject({ http: false });
});
