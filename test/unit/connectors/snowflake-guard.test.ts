import { describe, expect, test } from "vitest";
import { dialect } from "../../../connectors/snowflake/dialect.ts";
import { refuseUnlessQuery } from "../../../connectors/snowflake/guard.ts";
import { ConnectorError } from "../../../src/core/connector.ts";

function verdictOn(sql: string): string {
  try {
    refuseUnlessQuery(sql);
    return "passes";
  } catch (error) {
    return error instanceof ConnectorError ? error.kind : String(error);
  }
}

describe("a query of Snowflake's", () => {
  test.each([
    ["select 1 as x;", "select 1 as x"],
    ["select 1 as x ; ;\n -- a remark\n", "select 1 as x"],
    ["select 1 as x; // a remark", "select 1 as x"],
    ["select 1 as x /* a remark */ ;", "select 1 as x"],
    ["select ';' as x -- ; '", "select ';' as x"],
    ["select $$;--$$ as x;", "select $$;--$$ as x"],
    ["select 'a\\'; -- ' as x;", "select 'a\\'; -- ' as x"],
  ])("%j stands in a subquery without its end", (sql, inner) => {
    expect(dialect.relation({ kind: "query", sql })).toBe(`(\n${inner}\n) as dataset`);
  });
});

describe("the guard of Snowflake's statements", () => {
  test.each([
    "select 1",
    "  SELECT 1 ; ;\n",
    "with a as (select 1 as x) select x from a",
    "((select 1) union all (select 2))",
    "/* delete */ -- drop\n// truncate\nselect 1",
    "select 'it''s; delete from t' as x",
    "select 'a \\' ; delete from t' as x",
    "select $$ ; call p() $$ as x",
    'select "a;b", "call", "IDENTIFIER" from t',
    "select 1 as call, 2 as identifier, nextval from t",
    "select system$typeof(a) from t",
    "select count(*) from t at(offset => -60)",
    "select a / b from t",
    "select data:call.procedure::varchar from t",
  ])("lets %j pass", (sql) => {
    expect(verdictOn(sql)).toBe("passes");
  });

  test.each([
    ["select 1; select 2", "invalid_query"],
    ["select 1; -- x\n; delete from t", "invalid_query"],
    ["select 'a\\\\'; delete from t", "invalid_query"],
    ["select '\\'' ; delete from t", "invalid_query"],
    ["show tables ->> select * from $1", "invalid_query"],
    ["select 1 ->> select 2", "invalid_query"],
    ["select \u0000 1", "invalid_query"],
    ["", "permission"],
    ["-- select 1", "permission"],
    ["insert into t select 1", "permission"],
    ["/* select */ delete from t", "permission"],
    ["(delete from t)", "permission"],
    ["explain select 1", "permission"],
    ["show tables", "permission"],
    ["call p()", "permission"],
    ['"select" 1', "permission"],
    ["with p as procedure () returns int language sql as 'begin end' call p()", "permission"],
    ["with p As /* x */ Procedure () returns int as $$x$$ Call p()", "permission"],
    ["select seq.nextval", "permission"],
    ['select seq."NEXTVAL"', "permission"],
    ["select * from t for update", "permission"],
    ["select system$cancel_query('x')", "permission"],
    ["select SYSTEM$ABORT_SESSION(1)", "permission"],
    ['select "SYSTEM$ABORT_SESSION"(1)', "permission"],
    ["select identifier ('system$abort_session')(1)", "permission"],
  ])("refuses %j as %s", (sql, kind) => {
    expect(verdictOn(sql)).toBe(kind);
  });
});
