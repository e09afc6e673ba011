import { describe, expect, test } from "vitest";
import { loadTexts } from "./load-texts.ts";

const few = (line: number): string =>
  `0.product.yaml:${line}:16: warning TM_SLO_FEW_FAILURES: one failed hourly probe costs 27.8 % of this budget; 99.444 % leaves room for four (probe \`orders.enough\` more often, take a longer window, or promise less)`;

function product(slos: string): string {
  return `version: 1
product: orders
owner: checkout
datasets:
  orders:
    table: analytics.orders
    checks:
      enough: { type: volume, min: 1 }
slos:
${slos}`;
}

const slo = (name: string, objective = "99.5%"): string => `  ${name}:
    objective: ${objective}
    window: 30d
    checks: [orders.enough]
`;

const allow = "# tidemark: allow TM_SLO_FEW_FAILURES: it is meant so";

async function toldOf(slos: string): Promise<readonly string[]> {
  return (await loadTexts([product(slos)])).told;
}

test("without a comment the finding is told", async () => {
  expect(await toldOf(slo("whole"))).toEqual([few(11)]);
});

describe("a finding is allowed by a comment", () => {
  test.each([
    ["above the SLO", `  ${allow}\n${slo("whole")}`],
    [
      "above the SLO, among other comments",
      `  # Orders.\n  ${allow}\n\n  # Whole.\n${slo("whole")}`,
    ],
    ["on the SLO's line", slo("whole").replace("whole:", `whole: ${allow}`)],
    ["on a line inside of it", slo("whole").replace("30d", `30d ${allow}`)],
    [
      "on a line of its own inside of it",
      slo("whole").replace("    window", `    ${allow}\n    window`),
    ],
    ["behind its last key", `${slo("whole")}    ${allow}\n`],
    [
      "behind a map on one line",
      `  whole: { objective: 99.5%, window: 30d, checks: [orders.enough] } ${allow}\n`,
    ],
    [
      "with more blanks",
      `  #  tidemark:  allow  TM_SLO_FEW_FAILURES :  it is meant so\n${slo("whole")}`,
    ],
  ])("%s", async (_where, slos) => {
    expect(await toldOf(slos)).toEqual([]);
  });

  test("an error too", async () => {
    const strict = slo("whole", "99.9%");
    const allowed = `  # tidemark: allow TM_SLO_QUANTUM: a failure is to be felt\n${strict}`;

    expect((await loadTexts([product(strict)])).mesh).toBeNull();
    expect((await loadTexts([product(allowed)])).mesh?.slos.has("orders/whole")).toBe(true);
    expect(await toldOf(allowed)).toEqual([]);
  });
});

describe("of two SLOs a comment is about one", () => {
  test("between them it is about the second when it is in line with the names", async () => {
    expect(await toldOf(`${slo("one")}  ${allow}\n${slo("two")}`)).toEqual([few(11)]);
  });

  test("between them it is about the first when it is in line with its keys", async () => {
    expect(await toldOf(`${slo("one")}    ${allow}\n${slo("two")}`)).toEqual([few(16)]);
  });

  test("on one line it is about the one before it", async () => {
    const one = "objective: 99.5%, window: 30d, checks: [orders.enough]";

    expect(await toldOf(`  one: { ${one} }\n  two: { ${one} } ${allow}\n`)).toEqual([
      few(10).replace(":16:", ":21:"),
    ]);
  });
});

describe("a comment that allows nothing is told with its place", () => {
  test.each([
    [
      "without a reason",
      `  # tidemark: allow TM_SLO_WINDOW\n${slo("whole", "95%")}`,
      "10:3: warning TM_SLO_ALLOW: without a reason this comment allows nothing (`# tidemark: allow TM_SLO_WINDOW: why`)",
    ],
    [
      "for a code that is not found there",
      `${slo("whole", "95%")}    # tidemark: allow TM_SLO_WINDOW: history is kept elsewhere\n`,
      "14:5: warning TM_SLO_ALLOW: `TM_SLO_WINDOW` is allowed here, and `whole` has nothing of it (take the comment out)",
    ],
    [
      "without a code",
      `  # tidemark: allow: because\n${slo("whole", "95%")}`,
      "10:3: warning TM_SLO_ALLOW: no code is named: this comment allows nothing (allowed can be `TM_SLO_QUANTUM`, `TM_SLO_FEW_FAILURES`, `TM_SLO_DELIVERIES`, `TM_SLO_WINDOW`, `TM_SLO_BURN_RATES` or `TM_SLO_INPUTS`)",
    ],
    [
      "with a slip in its first words",
      `  # tidemark: alow TM_SLO_WINDOW: history is kept elsewhere\n${slo("whole", "95%")}`,
      "10:3: warning TM_SLO_ALLOW: this comment is not understood, and allows nothing (write `# tidemark: allow <code>: reason`, one code to a comment)",
    ],
    [
      "with a capital letter",
      `  # Tidemark: allow TM_SLO_WINDOW: history is kept elsewhere\n${slo("whole", "95%")}`,
      "10:3: warning TM_SLO_ALLOW: this comment is not understood, and allows nothing (write `# tidemark: allow <code>: reason`, one code to a comment)",
    ],
    [
      "for two codes at once",
      `  # tidemark: allow TM_SLO_WINDOW, TM_SLO_QUANTUM: for now\n${slo("whole", "95%")}`,
      "10:3: warning TM_SLO_ALLOW: this comment is not understood, and allows nothing (write `# tidemark: allow <code>: reason`, one code to a comment)",
    ],
    [
      "behind the product's last SLO and not of it",
      `${slo("whole", "95%")}# tidemark: allow TM_SLO_WINDOW: history is kept elsewhere\n`,
      "14:1: warning TM_SLO_ALLOW: this comment stands at no SLO, and allows nothing (put it above the SLO or inside it)",
    ],
  ])("%s", async (_what, slos, told) => {
    expect(await toldOf(slos)).toEqual([`0.product.yaml:${told}`]);
  });

  test("what merely speaks of Tidemark is left alone", async () => {
    const prose = "  # Tidemark: who watches this.\n  # See tidemark: allow, in the docs.\n";

    expect(await toldOf(`${prose}${slo("whole", "95%")}`)).toEqual([]);
  });

  test("a comment about an SLO that is wrong otherwise is not called useless", async () => {
    const wrong = slo("whole", "99,5%");

    expect(await toldOf(`  ${allow}\n${wrong}`)).toEqual(await toldOf(`  # Orders.\n${wrong}`));
  });
});

test("what looks like a comment inside of text is none", async () => {
  const quoted = slo("whole").replace("    window", `    description: "x ${allow}"\n    window`);
  const block = slo("whole").replace(
    "    window",
    `    description: |\n      ${allow}\n    window`,
  );

  expect(await toldOf(quoted)).toEqual([few(11)]);
  expect(await toldOf(block)).toEqual([few(11)]);
});
