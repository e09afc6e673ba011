import { describe, expect, it } from "vitest";
import type { CheckTypeSpec } from "../../../src/core/check.ts";
import type { AggregateRequest, GapsRequest } from "../../../src/core/measurement.ts";
import type { Check } from "../../../src/core/mesh.ts";
import { CheckTypes } from "../../../src/engine/check-types.ts";
import type { FigureRequest, PlanTarget } from "../../../src/engine/figure.ts";
import { checksOf, type ProbePlan, planProbe } from "../../../src/engine/plan.ts";
import { spellStatement } from "../../../src/engine/spell.ts";
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

const gaps: GapsRequest = {
  kind: "gaps",
  id: "figure",
  of: '"loaded_at"',
  filter: `"loaded_at" > '2026-01-01'`,
  longerThanMs: 3_600_000,
  maxGaps: 2_000,
};

function planOf(
  checks: readonly Check[],
  dataset = datasetOf(),
  target: PlanTarget = rowStore,
): ProbePlan {
  return planProbe(dataset, checks, target, types, { nowMs: 0, last: () => null });
}

function sqlOf(
  requests: readonly FigureRequest[],
  target: PlanTarget,
  given: Parameters<typeof datasetOf>[0] = {},
): readonly string[] {
  const dataset = datasetOf(given);
  const checks = requests.map((request, index) => checkOf(`check_${index}`, [request]));
  const plan = planOf(checks, dataset, target);
  return plan.statements.map((group) =>
    spellStatement(dataset, group, target).replaceAll("\n)", ")"),
  );
}

describe("planning what may be answered with less", () => {
  const fields = ["rows", "lastChange"] as const;
  const telling = { ...columnar, statisticsOf: () => fields };
  const standing = { ...newest, mayStand: true } as const;
  const within = { ...newest, within: `"loaded_at" >= '2026-01-14'` };

  it("gives a narrower condition a statement of its own, where it can spare partitions", () => {
    expect(sqlOf([rows, within], columnar)).toEqual([
      'select count(*) as m0 from "analytics"."orders"',
      `select max("loaded_at") as m1 from "analytics"."orders" where ("loaded_at" >= '2026-01-14')`,
    ]);
  });

  it("names the checks that each statement is for, also those that share a figure", () => {
    const plan = planOf(
      [
        checkOf("enough", [rows]),
        checkOf("fresh", [within]),
        checkOf("as_many", [rows]),
        checkOf("asks_nothing", []),
      ],
      datasetOf(),
      columnar,
    );
    const named = plan.statements.map((figures) => checksOf(plan, figures));
    expect(named).toEqual([["enough", "as_many"], ["fresh"]]);
  });

  it("keeps the figures of one check in one statement", () => {
    const check = checkOf("fresh", [within, { ...gaps, id: "gaps" }]);
    expect(planOf([check], datasetOf(), columnar).statements).toHaveLength(1);
  });

  it("knows the checks of which all may stand, where the metadata tell of changes", () => {
    const checks = [
      checkOf("stands", [standing, { ...gaps, id: "gaps", mayStand: true }]),
      checkOf("does_not", [standing, { ...rows, id: "rows" }]),
      checkOf("asks_nothing", []),
    ];
    const stands = new Set(["orders/orders/stands"]);
    expect(planOf(checks, datasetOf(), telling).mayStand).toEqual(stands);
    expect(planOf(checks, datasetOf(), columnar).mayStand).toEqual(new Set());
    expect(planOf(checks, datasetOf({ filter: "true" }), telling).mayStand).toEqual(new Set());
  });

  it("knows the checks that ask for what the metadata say", () => {
    const plan = planOf([checkOf("enough", [{ kind: "statistics" }]), checkOf("fresh", [newest])]);
    expect(plan.ofMetadata).toEqual(new Set(["orders/orders/enough"]));
    expect(plan.statements).toHaveLength(1);
  });
});

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
    const plan = planOf([checkOf("rows", [rows])], dataset);
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

describe("planning gaps", () => {
  const table = '"analytics"."orders"';
  const where = `("loaded_at" > '2026-01-01')`;
  const spelled = (target: PlanTarget, from = table, condition = where) =>
    target.dialect.gaps(gaps, from, condition);

  it("gives them a subquery of their own on a row store, in the statement of the others", () => {
    expect(sqlOf([newest, gaps, rows], rowStore)).toEqual([
      "select s0.m0, s1.m1, s2.m2 from " +
        `(select max("loaded_at") as m0 from ${table}) as s0 cross join ` +
        `(select ${spelled(rowStore)} as m1) as s1 cross join ` +
        `(select count(*) as m2 from ${table}) as s2`,
    ]);
  });

  it("makes them one more item on a columnar store, and leaves the others their filter", () => {
    expect(sqlOf([lately, gaps], columnar)).toEqual([
      `select count(*) as m0, ${spelled(columnar)} as m1 from ${table} ` +
        `where ("ordered_at" >= '2026-01-01')`,
    ]);
  });

  it("needs no rows beside them where nothing else is asked", () => {
    expect(sqlOf([gaps], rowStore)).toEqual([`select ${spelled(rowStore)} as m0`]);
    expect(sqlOf([gaps], columnar)).toEqual([`select ${spelled(columnar)} as m0`]);
  });

  it("makes them one more item over a declared query", () => {
    const source = { kind: "query", sql: "select * from a join b using (id)" } as const;
    const from = "(\nselect * from a join b using (id)) as dataset";
    expect(sqlOf([newest, gaps], rowStore, { source })).toEqual([
      `select max("loaded_at") as m0, ${spelled(rowStore, from)} as m1 from ${from}`,
    ]);
  });

  it("looks only at rows of the dataset's filter", () => {
    const filter = "status <> 'test' or status is null";
    const both = `(${filter}) and ${where}`;
    expect(sqlOf([gaps], rowStore, { filter })).toEqual([
      `select ${spelled(rowStore, table, both)} as m0`,
    ]);
  });

  it("measures equal ones once, and ones of another limit apart", () => {
    const checks = [
      checkOf("fresh", [gaps]),
      checkOf("same", [{ ...gaps, id: "other" }]),
      checkOf("longer", [{ ...gaps, longerThanMs: 7_200_000 }]),
      checkOf("more", [{ ...gaps, maxGaps: 100 }]),
    ];
    const plan = planOf(checks);
    expect(plan.statements.flat().map(({ alias }) => alias)).toEqual(["m0", "m1", "m2"]);
    expect(plan.figures.get("orders/orders/same")?.get("other")?.alias).toBe("m0");
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
    const plan = planOf(checks);
    expect(plan.statements.flat()).toHaveLength(1);
    expect(plan.figures.get("orders/orders/fresher")?.get("figure")?.alias).toBe("m0");
  });

  it("asks for the catalogue when any check does, and sends no statement for it", () => {
    const plan = planOf([checkOf("shape", [{ kind: "columns" }])]);
    expect(plan.needsColumns).toBe(true);
    expect(plan.statements).toEqual([]);
  });

  it("splits more figures than a statement can carry", () => {
    const many = Array.from({ length: 900 }, (_, index) =>
      checkOf(`c${index}`, [aggregate({ fn: "count", of: `"c${index}"` })]),
    );
    const plan = planOf(many);
    expect(plan.statements.map((group) => group.length)).toEqual([400, 400, 100]);
  });

  it("tells each check what its own last probe saw", () => {
    const asked: unknown[] = [];
    const curious: CheckTypeSpec = {
      ...types.of(checkOf("any", [])),
      plan: (_params, { nowMs, last }) => {
        asked.push([nowMs, last]);
        return [];
      },
    };
    const seen = { atMs: 5, newestMs: 3 };
    planProbe(
      datasetOf(),
      [checkOf("old", []), checkOf("new", [])],
      rowStore,
      new CheckTypes(new Map([["asking", curious]])),
      { nowMs: 9, last: (checkId) => (checkId === "orders/orders/old" ? seen : null) },
    );
    expect(asked).toEqual([
      [9, seen],
      [9, null],
    ]);
  });

  it("sets a check type that throws apart from its neighbours", () => {
    const broken = { ...checkOf("broken", []), type: "throwing" };
    const plan = planOf([broken, checkOf("rows", [rows])]);
    expect([...plan.broken.keys()]).toEqual(["orders/orders/broken"]);
    expect(plan.statements.flat()).toHaveLength(1);
  });
});
