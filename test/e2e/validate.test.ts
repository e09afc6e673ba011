import { afterEach, beforeEach, expect, it } from "vitest";
import { TemporaryFolder } from "../helpers/folder.ts";
import { runTidemark } from "../helpers/tidemark.ts";

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await TemporaryFolder.make();
});

afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

const tidemark = (...args: readonly string[]) => runTidemark(args, { cwd: folder.path });

const daemon = `version: 1
products: ["*.product.yaml"]
connections: { files: { type: duckdb } }
teams: { shop: {} }
`;

function product(check: string, slo = ""): string {
  return `version: 1
product: orders
owner: shop
datasets:
  orders:
    files: orders.csv
    checks:
      it: { ${check} }
${slo}`;
}

const whole = (objective: string): string => `slos:
  whole:
    objective: ${objective}
    window: 30d
    checks: [orders.it]
`;

it("fails for a calendar that has ended, while a check that goes by it says so itself", async () => {
  await folder.write({
    "tidemark.yaml": `${daemon}calendars:\n  uk: { holidays: [2020-12-25], valid_until: 2020-12-31 }\n`,
    "orders.product.yaml": product('type: freshness, column: loaded_at, by: "07:00", calendar: uk'),
    "orders.csv": "loaded_at\n2026-01-01T00:00:00Z\n",
  });

  const validated = await tidemark("validate");
  expect(validated).toMatchObject({ exitCode: 2, stdout: "" });
  expect(validated.stderr).toContain(
    "tidemark.yaml:6:46: error TM_CONFIG_CALENDAR_EXPIRED: the calendar `uk` ended with 2020-12-31, and is used",
  );
  expect(validated.stderr).toContain("not valid: 1 error, 0 warnings");

  const checked = await tidemark("check");
  expect(checked.exitCode).toBe(3);
  expect(checked.stdout).toMatch(/^error {2}orders\/orders\/it .*calendar/m);
});

it("refuses an objective that one failed probe breaks, with the figures, unless it is allowed with a reason", async () => {
  const slo = whole("99.9%");
  await folder.write({
    "tidemark.yaml": daemon,
    "orders.product.yaml": product("type: volume, min: 1", slo),
  });
  const refused = await tidemark("validate");
  expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
  expect(refused.stderr).toContain(
    "orders.product.yaml:11:16: error TM_SLO_QUANTUM: one failed hourly probe costs 138.9 % of this budget; 99.861 % is the strictest that holds one failure, 99.444 % leaves room for four",
  );

  const allowed = slo.replace(
    "whole:",
    "whole: # tidemark: allow TM_SLO_QUANTUM: it is to be felt",
  );
  await folder.write({ "orders.product.yaml": product("type: volume, min: 1", allowed) });
  expect(await tidemark("validate", "--strict")).toMatchObject({ exitCode: 0, stderr: "" });
});

it("passes with a warning, and not when it is to be strict", async () => {
  await folder.write({
    "tidemark.yaml": daemon,
    "orders.product.yaml": product("type: volume, min: 1", whole("99.5%")),
  });

  const lenient = await tidemark("validate");
  expect(lenient).toMatchObject({
    exitCode: 0,
    stdout: "valid: 1 product, 1 dataset, 1 check, 1 SLO\n",
  });
  expect(lenient.stderr).toContain("warning TM_SLO_FEW_FAILURES");

  const strict = await tidemark("validate", "--strict");
  expect(strict).toMatchObject({ exitCode: 2, stdout: "" });
  expect(strict.stderr).toContain("not valid: 0 errors, 1 warning");
});
