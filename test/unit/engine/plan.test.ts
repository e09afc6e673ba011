import { describe, expect, it } from "vitest";
import type { AggregateRequest } from "../../../src/core/measurement.ts";
import { type PlanTarget, planProbe, spellStatement } from "../../../src/engine/plan.ts";
import { checkOf, columnar, datasetOf, rowStore, types } from "./support.ts";

const aggregate = (given: Omit<AggregateRequest, "kind" | "id">): AggregateRequest => ({
  kind: "aggregate",
  id: "figure",
  ...given,
});
const newest = aggregate({ fn: "max", of: '"loaded_at"' });
const oldest = aggregate({ fn: "min", of: '"loaded_at"' });
const rows = aggregate({ fn: "count" });
const known = aggregate({ fn: "count", of: '"customer_id"' });
const lately = aggregate({ fn: "count", filter: `"ordered_at" >= '2026-01-01'` });

function sqlOf(
  requests: readonly AggregateRequest[],
  target: PlanTarget,
  given: Parameters<typeof datasetOf>[0] = {},
): readonly string[] {
  const dataset = datasetOf(given);
  const checks = requests.map((request, index) => checkOf(`check_${index}`, [request]));
  const plan = planProbe(dataset, checks, target, types, 0);
  return plan.statements.map((group) =>
    spellStatement(dataset, group, target).replaceAll("\n)", ")"),
  );
}

describe("planning on a row store", () => {
  it("asks for one figure in a plain SELECT", () => {
    expect(sqlOf([newest], rowStore)).toEqual([
      'select max("loaded_at") as m0 from "analytics"."orders"',
    ]);
  });

  it("gives each min, max and window a subquery of its own, in one statement", () => {
    expect(sqlOf([newest, oldest, lately], rowStore)).toEqual([
      "select s0.m0, s1.m1, s2.m2 from " +
        '(select max("loaded_at") as m0 from "analytics"."orders") as s0 cross join ' +
        '(select min("loaded_at") as m1 from "analytics"."orders") as s1 cross join ' +
        `(select count(*) as m2 from "analytics"."orders" where ("ordered_at" >= '2026-01-01')) as s2`,
    ]);
  });

  it("lets what must scan share one scan, and keeps the order of the figures", () => {
    expect(sqlOf([rows, newest, known], rowStore)).toEqual([
      "select s0.m0, s1.m1, s0.m2 from " +
        '(select count(*) as m0, count("customer_id") as m2 from "analytics"."orders") as s0 ' +
        'cross join (select max("loaded_at") as m1 from "analytics"."orders") as s1',
    ]);
  });

  it("lets two figures over the same window share it", () => {
    const sum = aggregate({ fn: "sum", of: '"amount"', filter: lately.filter ?? "" });
    expect(sqlOf([lately, sum], rowStore)).toEqual([
      'select count(*) as m0, sum("amount") as m1 from "analytics"."orders" ' +
        `where ("ordered_at" >= '2026-01-01')`,
    ]);
  });

  it("applies the dataset's filter in every subquery, apart from the window's", () => {
    const filter = "status <> 'test' or status is null";
    expect(sqlOf([newest, lately], rowStore, { filter })).toEqual([
      "select s0.m0, s1.m1 from " +
        `(select max("loaded_at") as m0 from "analytics"."orders" where (${filter})) as s0 cross join ` +
        `(select count(*) as m1 from "analytics"."orders" where (${filter}) and ("ordered_at" >= '2026-01-01')) as s1`,
    ]);
  });

  it("lets a filter that ends in a comment swallow nothing", () => {
    const dataset = datasetOf({ filter: "status <> 'test' -- not ours" });
    const plan = planProbe(dataset, [checkOf("rows", [rows])], rowStore, types, 0);
    expect(spellStatement(dataset, plan.statements[0] ?? [], rowStore)).toBe(
      `select count(*) as m0 from "analytics"."orders" where (status <> 'test' -- not ours\n)`,
    );
  });

  it("runs a declared query once, whatever is asked of it", () => {
    const source = { kind: "query", sql: "select * from a join b using (id)" } as const;
    const [sql, ...rest] = sqlOf([newest, rows, lately], rowStore, { source });
    expect(rest).toEqual([]);
    expect(sql?.match(/join b/g)).toHaveLength(1);
    expect(sql).toContain("filter (where");
  });
});

describe("planning on a columnar store", () => {
  it("packs everything into one SELECT", () => {
    expect(sqlOf([newest, rows, lately], columnar)).toEqual([
      'select max("loaded_at") as m0, count(*) as m1, ' +
        `count(*) filter (where "ordered_at" >= '2026-01-01') as m2 from "analytics"."orders"`,
    ]);
  });

  it("filters rows rather than figures when all share the filter, so that row groups can be skipped", () => {
    expect(sqlOf([lately], columnar)).toEqual([
      `select count(*) as m0 from "analytics"."orders" where ("ordered_at" >= '2026-01-01')`,
    ]);
  });
});

describe("planning a probe", () => {
  it("measures once what several checks ask for", () => {
    const checks = [checkOf("fresh", [newest]), checkOf("fresher", [newest])];
    const plan = planProbe(datasetOf(), checks, rowStore, types, 0);
    expect(plan.statements.flat()).toHaveLength(1);
    expect(plan.aliases.get("orders/orders/fresher")?.get("figure")).toBe("m0");
  });

  it("asks for the catalogue when any check does, and sends no statement for it", () => {
    const plan = planProbe(
      datasetOf(),
      [checkOf("shape", [{ kind: "columns" }])],
      rowStore,
      types,
      0,
    );
    expect(plan.needsColumns).toBe(true);
    expect(plan.statements).toEqual([]);
  });

  it("splits more figures than a statement can carry", () => {
    const many = Array.from({ length: 900 }, (_, index) =>
      checkOf(`c${index}`, [aggregate({ fn: "count", of: `"c${index}"` })]),
    );
    const plan = planProbe(datasetOf(), many, rowStore, types, 0);
    expect(plan.statements.map((group) => group.length)).toEqual([400, 400, 100]);
  });

  it("sets a check type that throws apart from its neighbours", () => {
    const broken = { ...checkOf("broken", []), type: "throwing" };
    const plan = planProbe(datasetOf(), [broken, checkOf("rows", [rows])], rowStore, types, 0);
    expect([...plan.broken.keys()]).toEqual(["orders/orders/broken"]);
    expect(plan.statements.flat()).toHaveLength(1);
  });
});
