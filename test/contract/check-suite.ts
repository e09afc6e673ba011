import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type {
  CheckTypeSpec,
  EvaluateContext,
  Measurements,
  MetricRequest,
  PlanContext,
} from "../../src/core/check.ts";
import type { MeasurementFailure } from "../../src/core/measurement.ts";
import { failureKinds } from "../../src/core/vocabulary.ts";

/** What the suite needs to know of a check type: keys that are a whole and valid promise. */
interface CheckSample {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
  readonly plan: PlanContext;
  readonly evaluate: EvaluateContext;
}

/** The same headings in the same order, so that a reader finds a thing at the same place in each. */
const headings = [
  "What it promises",
  "Keys",
  "Examples",
  "How it is measured",
  "Outcomes",
  "Limits",
];

/** What every check type keeps to, whatever it measures. */
export function checkSuite<P>(spec: CheckTypeSpec<P>, sample: CheckSample): void {
  describe(`the check type ${spec.name}`, () => {
    const promises = sample.keys.map((keys) => spec.params.parse(keys));
    const { columns } = sample.evaluate;

    test("the sample's promises have no problems", () => {
      for (const params of promises) {
        expect(spec.problems(params, { columns, hasFilter: false })).toEqual([]);
      }
    });

    test("planning asks for the same each time, with ids that are unique", () => {
      for (const params of promises) {
        const requests = spec.plan(params, sample.plan);
        expect(spec.plan(params, sample.plan)).toEqual(requests);
        expect(requests.length).toBeGreaterThan(0);
        const ids = requests.map(idOf);
        expect(new Set(ids).size).toBe(ids.length);
      }
    });

    test("planning and judging leave the promise as it was", () => {
      for (const params of promises) {
        const before = structuredClone(params);
        spec.plan(params, sample.plan);
        spec.evaluate(params, failing({ kind: "internal", message: "no" }), sample.evaluate);
        expect(params).toEqual(before);
      }
    });

    test("only what was planned is read", () => {
      for (const params of promises) {
        const requests = spec.plan(params, sample.plan);
        const read = new Set<string>();
        const answer = { ok: false, failure: { kind: "timeout", message: "late" } } as const;
        spec.evaluate(
          params,
          {
            aggregate: (id) => {
              read.add(`aggregate ${id}`);
              return answer;
            },
            gaps: (id) => {
              read.add(`gaps ${id}`);
              return answer;
            },
            columns: () => {
              read.add("columns columns");
              return answer;
            },
            statistics: () => {
              read.add("statistics statistics");
              return answer;
            },
          },
          sample.evaluate,
        );
        const asked = requests.map((one) => `${one.kind} ${idOf(one)}`);
        expect(asked).toEqual(expect.arrayContaining([...read]));
        expect(read.size).toBeGreaterThan(0);
      }
    });

    test.each(failureKinds.filter((kind) => kind !== "not_found"))(
      "a measurement that fails with %s is an error, and passes the failure on whole",
      (kind) => {
        const failure = { kind, message: "why it failed.", hint: "what to do", code: "XX000" };
        for (const params of promises) {
          const result = spec.evaluate(params, failing(failure), sample.evaluate);
          expect(result.outcome).toBe("error");
          expect(result.failure).toEqual(failure);
          expect(result.summary).toMatch(/^[^\n]+: why it failed\.$/u);
        }
      },
    );

    test("a dataset that is not there is an error or a failure, and never good", () => {
      for (const params of promises) {
        const failure = { kind: "not_found", message: "it is not there" } as const;
        const result = spec.evaluate(params, failing(failure), sample.evaluate);
        expect(["error", "fail"]).toContain(result.outcome);
        expect(result.failure).toEqual(result.outcome === "error" ? failure : undefined);
      }
    });

    test("a key that is not known is refused", () => {
      for (const keys of sample.keys) {
        const parsed = spec.params.safeParse({ ...keys, no_such_key: 1 });
        expect(parsed.error?.issues).toMatchObject([
          { code: "unrecognized_keys", keys: ["no_such_key"] },
        ]);
      }
    });

    test("its keys stay clear of those that all checks share", () => {
      const shared = "type description owner schedule hold severity enabled reason renamed_from";
      const own = Object.keys(spec.params.shape);
      expect(own.filter((key) => shared.split(" ").includes(key))).toEqual([]);
    });

    test("editors get a JSON Schema in which every key is described", () => {
      const schema = z.toJSONSchema(spec.params, { io: "input" });
      expect(schema).toMatchObject({ type: "object", additionalProperties: false });
      for (const key of Object.keys(spec.params.shape)) {
        expect(schema).toHaveProperty(
          ["properties", key, "description"],
          expect.stringMatching(/\.$/u),
        );
      }
    });

    test("its README has the common headings and names every key", async () => {
      const readme = await readFile(`checks/${spec.name}/README.md`, "utf8");
      expect(readme.split("\n")[0]).toBe(`# ${spec.name}`);
      const found = [...readme.matchAll(/^## (.+)$/gmu)].map(([, heading]) => heading);
      expect(found).toEqual(headings);
      for (const key of Object.keys(spec.params.shape)) {
        expect(readme).toContain(`\`${key}\``);
      }
    });
  });
}

function failing(failure: MeasurementFailure): Measurements {
  const answer = { ok: false, failure } as const;
  const give = () => answer;
  return { aggregate: give, gaps: give, columns: give, statistics: give };
}

/** Of what is asked for at most once there is no id. */
function idOf(request: MetricRequest): string {
  return request.kind === "columns" || request.kind === "statistics" ? request.kind : request.id;
}
