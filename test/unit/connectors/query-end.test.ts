import { expect, it } from "vitest";
import { withoutEnd } from "../../../connectors/_shared/query-end.ts";

it.each([
  ["select 1 ;\n; ", "select 1"],
  ["select 1; -- one; really\n", "select 1"],
  ["select 1 /* one */ ; /* ; */", "select 1"],
  ["select '; -- ' as x;", "select '; -- ' as x"],
  ["select 'it''s; --';", "select 'it''s; --'"],
  ["select '\\'; -- one", "select '\\'"],
  ["select e'\\'; -- one'; -- two", "select e'\\'; -- one'"],
  ['select ";--" from t;', 'select ";--" from t'],
  ["select $$; -- one$$;", "select $$; -- one$$"],
  ["select $a$; $b$ -- one$a$; -- two", "select $a$; $b$ -- one$a$"],
  ["select a$b$c from t; -- $b$", "select a$b$c from t"],
  ["select $1; -- one", "select $1"],
  ["select 'never ended ; -- ", "select 'never ended ; -- "],
  ["select 1; /* a /* b */ c */", "select 1; /* a /* b */ c */"],
  [" ; -- nothing", ""],
])("takes semicolons and remarks from the end of a query: %j", (sql, expected) => {
  expect(withoutEnd(sql)).toBe(expected);
});
