import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { withoutEnd } from "../../../connectors/bigquery/dialect.ts";
import { columnsOf } from "../../../connectors/bigquery/fields.ts";
import { bigquery } from "../../../connectors/bigquery/index.ts";
import { newJobId } from "../../../connectors/bigquery/jobs.ts";
import { shapeOf } from "../../../connectors/bigquery/kinds.ts";
import { readRow } from "../../../connectors/bigquery/values.ts";
import { field } from "../../../connectors/bigquery/wire.ts";

const { dialect } = bigquery;
const run = promisify(execFile);

describe("the dialect", () => {
  it("quotes names so that nothing ends them", () => {
    expect(dialect.quoteIdentifier("a`b\\c\nd")).toBe("`a\\`b\\\\c\\nd`");
  });

  it("takes a dot in a column's name for the way to a field", () => {
    expect(dialect.quoteIdentifier("meta.größe-1.at")).toBe("`meta`.`größe-1`.`at`");
  });

  it("takes what stands before dataset and table for the project", () => {
    const relation = (...parts: string[]) => dialect.relation({ kind: "table", parts });
    expect(relation("orders")).toBe("`orders`");
    expect(relation("shop-data", "analytics", "orders")).toBe("`shop-data`.`analytics`.`orders`");
    expect(relation("example", "com:shop", "analytics", "orders")).toBe(
      "`example.com:shop`.`analytics`.`orders`",
    );
  });

  it.each([
    ["select 1;", "select 1"],
    ["select 1 ; ; -- done; really", "select 1"],
    ["select 1 # done\n;/* and\ndone */\n", "select 1"],
    ["select ';' /* a */ -- b", "select ';'"],
    ["select '--', \"#\", `a;b`", "select '--', \"#\", `a;b`"],
    ["select 'it\\'s -- no remark' ;", "select 'it\\'s -- no remark'"],
    ["select '''a ' -- ''', r'\\d' -- c", "select '''a ' -- ''', r'\\d'"],
    ["-- first\nselect a -- b\nfrom t", "-- first\nselect a -- b\nfrom t"],
    ["select 8 / 2 - -1;", "select 8 / 2 - -1"],
    ["select 1; select 2;", "select 1; select 2"],
    ["select 'never ended ; -- ", "select 'never ended ; -- "],
    [" ; -- nothing", ""],
  ])("takes semicolons and remarks from the end of a query: %j", (sql, expected) => {
    expect(withoutEnd(sql)).toBe(expected);
    expect(dialect.relation({ kind: "query", sql })).toBe(`(\n${expected}\n) as dataset`);
  });

  it("takes no longer for quotes and remarks that never end", () => {
    const startedMs = performance.now();
    for (const part of ["'", "/* ", '"""', "`\\", "--", ";"]) {
      withoutEnd(part.repeat(100_000));
    }
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it("compares the bare column with a day that no reading of the moment lies beyond", () => {
    const moment = {
      ms: Date.UTC(2026, 0, 14, 11, 30),
      local: "2026-01-15 00:30:00.000",
      offset: "+13:00",
    };
    expect(dialect.compareTime("`at`", ">=", moment)).toBe(
      "(`at` >= '2026-01-14' and extract(year from `at`) > 0 and cast(`at` as timestamp) >= " +
        "case when length(cast(`at` as string)) = 10 then timestamp '2026-01-15 00:00:00+00' " +
        "when ends_with(cast(`at` as string), '+00') then timestamp '2026-01-14 11:30:00.000+00' " +
        "else timestamp '2026-01-15 00:30:00.000+00' end)",
    );
    expect(dialect.compareTime("`at`", "<", moment)).toMatch(/^\(`at` < '2026-01-16' and /);
  });
});

describe("the configuration", () => {
  const problemsOf = (keys: object) => {
    const parsed = bigquery.config.safeParse({ project: "shop", ...keys });
    return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join("."));
  };

  it.each([
    [{}, []],
    [{ key_file: "key.json", impersonate: "a@b.iam.gserviceaccount.com" }, []],
    [{ api_endpoint: "bigquery-x.p.googleapis.com" }, []],
    [{ maximum_bytes_billed: "1.5TiB" }, []],
    [{ maximum_bytes_billed: "500 mb" }, []],
    [{ maximum_bytes_billed: "1048576B" }, []],
    [{ maximum_bytes_billed: "1PiB" }, []],
    [{ key_file: "key.json", credentials: "{}" }, ["credentials"]],
    [{ credentials: "not json, canary" }, ["credentials"]],
    [{ credentials: "[]" }, ["credentials"]],
    [{ api_endpoint: "https://x/bigquery/v2" }, ["api_endpoint"]],
    [{ api_endpoint: "http://emulator:9050", credentials: "{}" }, ["api_endpoint"]],
    [{ api_endpoint: "http://127.0.0.1:9050", credentials: "{}" }, []],
    [{ api_endpoint: "http://emulator:9050" }, []],
    [{ api_endpoint: "http://emulator:9050", impersonate: "a@b.co" }, ["impersonate"]],
    [{ maximum_bytes_billed: "0GB" }, ["maximum_bytes_billed"]],
    [{ maximum_bytes_billed: "10" }, ["maximum_bytes_billed"]],
    [{ maximum_bytes_billed: "9999TiB" }, ["maximum_bytes_billed"]],
    [{ maximum_bytes_billed: "9999999999999999PB" }, ["maximum_bytes_billed"]],
    [{ maximum_bytes_billed: "10Giga" }, ["maximum_bytes_billed"]],
    [{ impersonate: "nobody" }, ["impersonate"]],
    [{ keyfile: "key.json" }, [""]],
  ])("%j has problems at %j", (keys, places) => {
    expect(problemsOf(keys)).toEqual(places);
  });

  it("quotes no secret in its problems", () => {
    const parsed = bigquery.config.safeParse({ project: "shop", credentials: "canary" });
    expect(JSON.stringify(parsed.error?.issues)).not.toContain("canary");
  });
});

describe("the client", () => {
  it("is not in memory before the first call", async () => {
    const script = `
      import { createRequire } from "node:module";
      import { connectors } from "./connectors/index.ts";
      const { cache } = createRequire(import.meta.url);
      const loaded = () => Object.keys(cache).some((file) => file.includes("@google-cloud"));
      const spec = connectors.find(({ type }) => type === "bigquery");
      const given = spec.config.parse({ project: "p", api_endpoint: "http://127.0.0.1:1" });
      const clock = { now: () => 0, monotonicMs: () => 0 };
      const connector = spec.create(given, { name: "dwh", baseDir: "/", maxConcurrency: 1, clock, datasets: [] });
      const before = loaded();
      const signal = AbortSignal.timeout(10_000);
      await connector.estimate("select 1", { signal, timeoutMs: 5_000, label: "a" }).catch(() => undefined);
      console.log(before, loaded());`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script]);
    expect(stdout.trim()).toBe("false true");
  });

  it("knows at once that there are no credentials where the metadata server is said not to be there", async () => {
    const script = `
      import { bigquery } from "./connectors/bigquery/index.ts";
      const clock = { now: () => 0, monotonicMs: () => 0 };
      const given = bigquery.config.parse({ project: "p" });
      const connector = bigquery.create(given, { baseDir: "/", clock, datasets: [] });
      const options = { signal: new AbortController().signal, timeoutMs: 9_000, label: "a", maxRows: 1 };
      const error = await connector.query("select 1", options).catch((thrown) => thrown);
      console.log(error.failure.kind, error.failure.code, process.env.METADATA_SERVER_DETECTION);`;
    const env = { METADATA_SERVER_DETECTION: "none", HOME: "/nonexistent" };
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { env });
    expect(stdout.trim()).toBe("auth NO_DEFAULT_CREDENTIALS none");
  });
});

describe("a job's id", () => {
  it("keeps of the label what BigQuery allows, and is never the same twice", () => {
    const ids = [
      newJobId("orders/rows ü* 1"),
      newJobId("orders/rows ü* 1"),
      newJobId("x".repeat(5_000)),
    ];
    expect(ids[0]).toMatch(/^tidemark_orders-rows-1_[0-9a-f-]{36}$/);
    expect(new Set(ids).size).toBe(3);
    expect(Math.max(...ids.map((id) => id.length))).toBeLessThan(1_024);
  });
});

describe("the shape of a statement", () => {
  it("is the same whatever its digits are, and no other", () => {
    expect(shapeOf("select 1 -- 2")).toBe(shapeOf("select 9 -- 0"));
    expect(shapeOf("select 1")).not.toBe(shapeOf("select 10"));
    expect(shapeOf("select 1")).not.toBe(shapeOf("delete 1"));
  });
});

describe("types", () => {
  it("are spelled as GoogleSQL does, with their parameters", () => {
    const types = [
      { name: "a", type: "STRING", maxLength: "10" },
      { name: "b", type: "NUMERIC", precision: "10", scale: "2" },
      { name: "c", type: "RANGE", rangeElementType: { type: "DATE" } },
      {
        name: "d",
        type: "RECORD",
        mode: "REPEATED",
        fields: [{ name: "e", type: "BOOLEAN", mode: "REQUIRED" }],
      },
      { name: "f", type: "RECORD", fields: [{ name: "g", type: "FLOAT", mode: "REQUIRED" }] },
    ].map((one) => field.parse(one));
    expect(
      columnsOf(types, true).map(({ name, type, nullable }) => [name, type, nullable]),
    ).toEqual([
      ["a", "STRING(10)", true],
      ["b", "NUMERIC(10, 2)", true],
      ["c", "RANGE<DATE>", true],
      ["d", "ARRAY<STRUCT<e BOOL>>", false],
      ["d.e", "BOOL", false],
      ["f", "STRUCT<g FLOAT64>", true],
      ["f.g", "FLOAT64", true],
    ]);
  });
});

describe("values", () => {
  it.each([
    ["FLOAT", "-inf", Number.NEGATIVE_INFINITY],
    ["FLOAT", "Infinity", Number.POSITIVE_INFINITY],
    ["FLOAT", "NaN", Number.NaN],
    ["INTEGER", "-9223372036854775808", -9223372036854775808n],
    ["INT64", "9223372036854775807", 9223372036854775807n],
    ["NUMERIC", "-0.000000001", { type: "decimal", text: "-0.000000001" }],
    [
      "BIGNUMERIC",
      "578960446186580977117854925043439539266.34992332820282019728792003956564819967",
      {
        type: "decimal",
        text: "578960446186580977117854925043439539266.34992332820282019728792003956564819967",
      },
    ],
    ["FLOAT64", "1.7976931348623157e+308", Number.MAX_VALUE],
    ["FLOAT64", "-0", -0],
    ["TIMESTAMP", "-1", { type: "instant", ms: -1 }],
    ["TIMESTAMP", "-62135596800000000", { type: "instant", ms: -62_135_596_800_000 }],
    ["TIMESTAMP", "253402300799999999", { type: "instant", ms: 253_402_300_799_999 }],
    ["DATETIME", "0001-01-01T00:00:00", { type: "local", text: "0001-01-01T00:00:00" }],
    [
      "DATETIME",
      "1969-12-31T23:59:59.999999",
      { type: "local", text: "1969-12-31T23:59:59.999999" },
    ],
    ["DATE", "0001-01-01", { type: "date", text: "0001-01-01" }],
    ["DATETIME", "2026-01-01T00:00:00.500000", { type: "local", text: "2026-01-01T00:00:00.5" }],
    ["JSON", '{"a":1}', '{"a":1}'],
    ["GEOGRAPHY", "POINT(1 2)", "POINT(1 2)"],
    ["RANGE", "[2026-01-01, UNBOUNDED)", "[2026-01-01, UNBOUNDED)"],
  ])("of type %s: %s", (type, text, expected) => {
    expect(readRow({ f: [{ v: text }] }, [field.parse({ name: "x", type })])).toEqual([expected]);
  });
});
