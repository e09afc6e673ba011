import { expect, it } from "vitest";
import { spellJoined } from "../../../src/engine/spell.ts";
import { columnar, datasetOf } from "./support.ts";

const count = { kind: "aggregate", id: "rows", fn: "count", of: "*" } as const;

it("asks several datasets in one statement, each by a subquery of one row", () => {
  const orders = datasetOf();
  const returns = datasetOf({ source: { kind: "table", parts: ["returns"] } });
  const sql = spellJoined(
    [
      { dataset: orders, figures: [{ alias: "m0", request: count }] },
      { dataset: returns, figures: [{ alias: "m0", request: count }] },
    ],
    columnar,
  );
  expect(sql).toBe(
    'select p0.m0, p1.m0 from (select count(*) as m0 from "analytics"."orders") as p0 cross join ' +
      '(select count(*) as m0 from "returns") as p1',
  );
});
