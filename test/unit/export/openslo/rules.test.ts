import { describe, expect, it } from "vitest";
import { yamlWords } from "../../../../src/config/yaml-words.ts";
import { importDocuments } from "../../../../src/export/openslo/import.ts";

/** Each problem as `line:column message`. */
function problemsOf(...texts: readonly string[]): readonly string[] {
  const files = texts.map((text, index) => ({ file: `${index}.yaml`, text }));
  const { imported, problems } = importDocuments(files, yamlWords);
  expect(imported === null).toBe(problems.length > 0);
  expect(
    problems.every(({ code, level }) => code === "TM_OPENSLO_INPUT" && level === "error"),
  ).toBe(true);
  return problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

interface Parts {
  readonly metadata?: string;
  readonly head?: string;
  readonly indicator?: string;
  readonly window?: string;
  readonly method?: string;
  readonly objective?: string;
}

/** Each part stands on a line of its own: metadata 3, head 5, indicator 6, window 7, method 8, objective 9. */
function slo(parts: Parts): string {
  return `apiVersion: openslo/v1
kind: SLO
metadata: ${parts.metadata ?? "{ name: ok }"}
spec:
  ${parts.head ?? "service: web"}
  ${parts.indicator ?? "indicatorRef: x"}
  timeWindow: ${parts.window ?? "[{ duration: 30d, isRolling: true }]"}
  budgetingMethod: ${parts.method ?? "Occurrences"}
  objectives: ${parts.objective ?? "[{ target: 0.9 }]"}
`;
}

const inline = (spec: string) => `indicator: { metadata: { name: x }, spec: ${spec} }`;
const metric = "{ metricSource: { spec: { query: q } } }";
const ratio = inline(`{ ratioMetric: { good: ${metric}, total: ${metric} } }`);
const threshold = inline(`{ thresholdMetric: ${metric} }`);

const form =
  "must be a whole number above zero and one of m h d w M Q Y, such as `30d`; `m` is minutes, `M` months";
const nameForm =
  "must be at most 63 lower-case letters, digits and `-`, the first and last a letter or digit";

describe("an SLO that keeps the rules", () => {
  it.each<[string, Parts]>([
    ["with a reference", {}],
    ["with a ratio metric", { indicator: ratio }],
    [
      "with a raw ratio",
      { indicator: inline(`{ ratioMetric: { raw: ${metric}, rawType: success } }`) },
    ],
    [
      "with a threshold metric",
      { indicator: threshold, objective: "[{ op: lte, value: 0, target: 0 }]" },
    ],
    [
      "with time slices",
      {
        method: "Timeslices",
        objective: "[{ target: 0.9, timeSliceTarget: 1, timeSliceWindow: 1m }]",
      },
    ],
    [
      "with ratios of time slices",
      { method: "RatioTimeslices", objective: "[{ targetPercent: 99.9, timeSliceWindow: 1m }]" },
    ],
    [
      "that is a composite",
      {
        indicator: "description: x",
        objective: "[{ indicatorRef: x, target: 0.9, compositeWeight: 1 }]",
      },
    ],
    [
      "with labels that are lists",
      { metadata: "{ name: ok, labels: { nEt: [a, b], net_this.that-this: '' } }" },
    ],
    [
      "with annotations",
      {
        metadata: `{ name: ok, annotations: { domain.org/service.foo: x, ${"l".repeat(63)}: '' } }`,
      },
    ],
    [
      "with the longest names",
      { metadata: `{ name: ${"a".repeat(63)}, displayName: ${"ü".repeat(63)} }` },
    ],
  ])("%s is taken", (_, parts) => {
    expect(problemsOf(slo(parts))).toEqual([]);
  });
});

describe("an SLO that breaks a rule", () => {
  it.each<[Parts, ...string[]]>([
    [{ metadata: "{ name: Bad Name }" }, `3:19 \`name\` ${nameForm}`],
    [{ metadata: `{ name: ${"a".repeat(64)} }` }, `3:19 \`name\` ${nameForm}`],
    [{ metadata: "{ name: ok- }" }, `3:19 \`name\` ${nameForm}`],
    [{ metadata: "{}" }, "3:1 `name` is missing"],
    [
      { metadata: `{ name: ok, displayName: ${"ü".repeat(64)} }` },
      "3:36 `displayName` has 64 characters; at most 63 are allowed",
    ],
    [
      { metadata: "{ name: ok, labels: { a: 1 } }" },
      "3:36 `a` must be text or a list of texts; quotes make it so",
    ],
    [
      { metadata: "{ name: ok, annotations: { a: true } }" },
      "3:41 `a` must be text; quotes make it so",
    ],
    [
      { metadata: "{ name: ok, annotations: { tidemark.dev/unknown: maybe } }" },
      "3:60 `tidemark.dev/unknown` is not of the form that Tidemark writes; mend it or take it out",
    ],
    [
      { metadata: "{ name: ok, annotations: { tidemark.dev/checks: '[{}]' } }" },
      "3:59 `tidemark.dev/checks` is not of the form that Tidemark writes; mend it or take it out",
    ],
    [
      { head: `service: web\n  description: ${"x".repeat(1_051)}` },
      "6:16 `description` has 1051 characters; at most 1050 are allowed",
    ],
    [
      { head: "displayname: x" },
      "4:1 `service` is missing",
      "5:3 `displayname` is not known here; known: description, service, budgetingMethod, timeWindow, indicator, indicatorRef, objectives, alertPolicies",
    ],
    [{ indicator: "indicatorRef: my sli" }, `6:17 \`indicatorRef\` ${nameForm}`],
    [
      { indicator: "description: x" },
      "4:1 `indicator` or `indicatorRef` must stand in `spec` or in each objective, and is in neither",
    ],
    [
      { objective: "[{ target: 0.9, indicatorRef: x }]" },
      "4:1 `indicator` or `indicatorRef` must stand in `spec` or in each objective, and is in both",
    ],
    [
      {
        indicator: "description: x",
        objective: "[{ target: 0.9, indicatorRef: x }, { target: 0.8 }]",
      },
      "9:50 `indicator` or `indicatorRef` must stand in each objective, as it does in others",
    ],
    [{ indicator: inline("{}") }, "6:39 one of `thresholdMetric` and `ratioMetric` must be given"],
    [
      {
        indicator: inline(`{ ratioMetric: { good: ${metric}, bad: ${metric}, total: ${metric} } }`),
      },
      "6:47 `raw` and `good` and `bad` exclude one another",
    ],
    [
      { indicator: inline(`{ ratioMetric: { total: ${metric} } }`) },
      "6:47 `total` needs `good` or `bad` beside it",
    ],
    [{ indicator: inline(`{ ratioMetric: { raw: ${metric} } }`) }, "6:47 `rawType` is missing"],
    [
      {
        indicator: inline("{ thresholdMetric: { metricSource: { spec: {} } } }"),
        objective: "[{ op: lt, value: 1, target: 0.9 }]",
      },
      "6:88 `spec` is empty; it says what is queried",
    ],
    [{ window: "[]" }, "7:3 `timeWindow` must be a list of exactly one window"],
    [
      { window: "[{ duration: 1w, isRolling: true }, { duration: 1w, isRolling: true }]" },
      "7:3 `timeWindow` must be a list of exactly one window",
    ],
    [{ window: "[{ duration: 30D, isRolling: true }]" }, `7:28 \`duration\` ${form}`],
    [{ window: "[{ duration: 0d, isRolling: true }]" }, `7:28 \`duration\` ${form}`],
    [{ window: "[{ duration: 1h30m, isRolling: true }]" }, `7:28 \`duration\` ${form}`],
    [
      { window: "[{ duration: 1w }]" },
      "7:16 `calendar` must be given where `isRolling` is not true",
    ],
    [
      {
        window:
          "[{ duration: 1w, isRolling: true, calendar: { startTime: 2024-01-01 00:00:00, timeZone: UTC } }]",
      },
      "7:16 `calendar` cannot be given where `isRolling` is true",
    ],
    [
      {
        window:
          "[{ duration: 1w, calendar: { startTime: 2024-02-30 00:00:00, timeZone: Mars/Base } }]",
      },
      "7:55 `startTime` must be local time such as `2024-01-31 12:30:00`",
      "7:86 `timeZone` must be an IANA time zone such as `Europe/Berlin`",
    ],
    [
      { method: "Timeslice" },
      "8:20 `budgetingMethod` must be one of Occurrences, Timeslices, RatioTimeslices",
    ],
    [{ objective: "[]" }, "9:3 `objectives` must be a list of at least one objective"],
    [{ objective: "[{ target: 1 }]" }, "9:26 `target` must be from 0 to below 1; 99.5 % is 0.995"],
    [{ objective: "[{ targetPercent: 100 }]" }, "9:33 `targetPercent` must be from 0 to below 100"],
    [
      { objective: "[{ target: 0.9, targetPercent: 90 }]" },
      "9:16 `target` and `targetPercent` exclude one another",
    ],
    [
      { objective: "[{ displayName: x }]" },
      "9:16 one of `target` and `targetPercent` must be given",
    ],
    [{ objective: "[{ target: '0.9' }]" }, "9:26 `target` must be a number"],
    [{ objective: "[{ target: 0.9, op: eq }]" }, "9:35 `op` must be one of lte, gte, lt, gt"],
    [
      { indicator: ratio, objective: "[{ op: gt, value: 1, target: 0.9 }]" },
      "9:18 `op` cannot be given for a `ratioMetric`",
      "9:26 `value` cannot be given for a `ratioMetric`",
    ],
    [
      { indicator: threshold },
      "9:16 `op` is missing, which a `thresholdMetric` needs",
      "9:16 `value` is missing, which a `thresholdMetric` needs",
    ],
    [
      {
        indicator: "description: x",
        objective: "[{ indicatorRef: x, target: 0.9, compositeWeight: 0 }]",
      },
      "9:65 `compositeWeight` must be above 0",
    ],
    [
      { method: "Timeslices" },
      "9:16 `timeSliceWindow` is missing, which `Timeslices` needs",
      "9:16 `timeSliceTarget` is missing, which `Timeslices` needs",
    ],
    [
      {
        method: "Timeslices",
        objective: "[{ target: 0.9, timeSliceTarget: 1.1, timeSliceWindow: 1mo }]",
      },
      "9:48 `timeSliceTarget` must be above 0 and at most 1",
      `9:70 \`timeSliceWindow\` ${form}`,
    ],
    [
      { method: "RatioTimeslices", objective: "[{ target: 0.9, timeSliceWindow: 5 }]" },
      "9:48 `timeSliceWindow` must have a unit: the official SDK reads no bare number of minutes",
    ],
  ])("is told of it: %j", (parts, ...problems) => {
    expect(problemsOf(slo(parts))).toEqual(problems);
  });
});

/** One object of a kind, its spec on line 4. */
function object(kind: string, spec: string): string {
  return `apiVersion: openslo/v1\nkind: ${kind}\nmetadata: { name: ok }\nspec: ${spec}\n`;
}

const target = "notificationTargets: [{ targetRef: x }]";
const burning = "kind: burnrate, op: gt, threshold: 2, lookbackWindow: 1h";

describe("objects of other kinds", () => {
  it.each([
    ["Service", "{ description: x }"],
    ["Service", ""],
    ["SLI", `{ thresholdMetric: ${metric} }`],
    ["DataSource", "{ type: Prometheus, connectionDetails: { url: x } }"],
    ["AlertPolicy", `{ conditions: [{ conditionRef: x }], ${target} }`],
    ["AlertCondition", `{ severity: page, condition: { ${burning}, alertAfter: 5m } }`],
    ["AlertNotificationTarget", "{ target: slack }"],
  ])("are taken when they keep the rules: %s %s", (kind, spec) => {
    expect(problemsOf(object(kind, spec))).toEqual([]);
  });

  it.each([
    ["Service", "{ owner: x }", "4:9 `owner` is not known here; known: description"],
    ["SLI", "", "1:1 `spec` is missing"],
    ["DataSource", "{ type: x }", "4:1 `connectionDetails` is missing"],
    [
      "AlertPolicy",
      `{ conditions: [], ${target} }`,
      "4:9 `conditions` must have exactly one condition",
    ],
    [
      "AlertPolicy",
      "{ conditions: [{ conditionRef: x }] }",
      "4:1 `notificationTargets` must have at least one target",
    ],
    [
      "AlertPolicy",
      `{ conditions: [{}], ${target} }`,
      "4:22 `conditionRef` and `spec` are both missing",
    ],
    [
      "AlertPolicy",
      `{ alertWhenNoData: yes, conditions: [{ conditionRef: x }], ${target} }`,
      "4:26 `alertWhenNoData` must be true or false",
    ],
    [
      "AlertCondition",
      "{ severity: page, condition: { kind: x, op: gt, threshold: 2, lookbackWindow: 1h } }",
      "4:44 `kind` must be `burnrate`",
    ],
    [
      "AlertCondition",
      "{ severity: page, condition: { kind: burnrate, op: gt, lookbackWindow: 1H } }",
      "4:25 `threshold` is missing",
      `4:78 \`lookbackWindow\` ${form}`,
    ],
    ["AlertNotificationTarget", "{ target: '' }", "4:1 `target` is missing"],
  ])("are told what is wrong with them: %s %s", (kind, spec, ...problems) => {
    expect(problemsOf(object(kind, spec))).toEqual(problems);
  });

  it("are refused where they are no objects of this version", () => {
    expect(problemsOf("apiVersion: openslo/v1alpha\nkind: SLO\n")).toEqual([
      "1:13 `apiVersion` must be `openslo/v1`; nothing else is read here",
    ]);
    expect(problemsOf("kind: SLO\n")).toEqual(["1:1 `apiVersion` is missing"]);
    expect(problemsOf("apiVersion: openslo/v1\nkind: Slo\n")).toEqual([
      "2:7 `kind` must be one of SLO, SLI, DataSource, Service, AlertPolicy, AlertCondition, AlertNotificationTarget",
    ]);
  });
});

describe("a file", () => {
  it("is told every problem of every document at once, each at its own line", () => {
    const bad = slo({ metadata: "{ name: B }", window: "[]" });
    expect(
      problemsOf(`${slo({})}---\n${bad}`, `- ${object("SLI", "{}").replaceAll("\n", "\n  ")}\n`),
    ).toEqual([
      `13:19 \`name\` ${nameForm}`,
      "17:3 `timeWindow` must be a list of exactly one window",
      "4:3 one of `thresholdMetric` and `ratioMetric` must be given",
    ]);
  });

  it("may be JSON, a list of objects, and have empty documents", () => {
    expect(
      problemsOf(
        `---\n---\n[${JSON.stringify({ apiVersion: "openslo/v1", kind: "Service", metadata: { name: "a" } })}]\n---\n`,
      ),
    ).toEqual([]);
  });

  it("may say a thing once and stand for it with an alias", () => {
    const text = slo({ objective: "[&o { target: 0.9, op: eq }, *o]" });
    expect(problemsOf(text)).toEqual([
      "9:38 `op` must be one of lte, gte, lt, gt",
      "9:38 `op` must be one of lte, gte, lt, gt",
    ]);
  });

  it.each([
    ["that is empty", "", "1:1 there is no document in it"],
    ["of something else", "- 1\n", "1:3 an object must be a map of keys"],
    ["with a key twice", "a: 1\na: 2\n", "2:1 this key is written twice"],
    ["with a key that is no text", "? [a]\n: 1\n", "1:3 a key must be plain text"],
    ["that is no YAML", "a: [1\n", expect.stringMatching(/^2:1 /)],
    ["with an alias for nothing", "a: *b\n", expect.stringMatching(/^1:/)],
    [
      "whose aliases grow",
      `a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [${"*a, ".repeat(9)}*a]\nc: &c [${"*b, ".repeat(9)}*b]\nd: [${"*c, ".repeat(9)}*c]\n`,
      expect.stringContaining("stand for too much"),
    ],
    [
      "that is nested without end",
      "[".repeat(100_000),
      expect.stringContaining("this expands to more than a configuration needs"),
    ],
  ])("%s is refused", (_, text, problem) => {
    expect(problemsOf(text)[0]).toEqual(problem);
  });

  it("cannot have two objects of one kind and name, in whatever file", () => {
    const files = [slo({}), slo({})].map((text, index) => ({ file: `${index}.yaml`, text }));
    expect(importDocuments(files, yamlWords).problems).toEqual([
      {
        code: "TM_OPENSLO_INPUT",
        level: "error",
        file: "1.yaml",
        line: 3,
        column: 19,
        message: "there is a second SLO of this name, first in 0.yaml",
      },
    ]);
  });

  it("never shows a secret of a data source", () => {
    const secret = "hunter2";
    const text = object(
      "DataSource",
      `{ type: [${secret}], connectionDetails: { password: ${secret} } }`,
    );
    const broken = `${text}broken: "${secret}\n`;
    expect([...problemsOf(text), ...problemsOf(broken)].join("\n")).not.toContain(secret);
  });
});
