import type { PrometheusApi } from "../api.ts";
import type { Dashboard, QueryVariable } from "./committed.ts";
import { type Choice, type Chosen, filled } from "./variables.ts";

/** What may be chosen of a dashboard's variables. */
export interface Offers {
  /** By variable, every value that is offered under some choice of those before it. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
  /**
   * Everything; each value by itself with all of the others; and all values of one, named one by one. Where only one
   * value can be chosen of a variable, all that for each of its values.
   */
  readonly choices: readonly Choice[];
}

/** As Prometheus offers it to those who look at the dashboard now. */
export async function offersOf(
  { variables, lengthMs }: Dashboard,
  prometheus: Pick<PrometheusApi, "labelValues">,
  nowMs: number,
): Promise<Offers> {
  const offered = new Map<string, Set<string>>(variables.map(({ name }) => [name, new Set()]));
  const range = { startMs: nowMs - lengthMs, endMs: nowMs };
  const valuesOf = async (variable: QueryVariable, choice: Choice): Promise<readonly string[]> => {
    const step = { stepMs: 1_000, rangeMs: lengthMs };
    const selector = filled(variable.selector, variables, choice, step);
    const values = await prometheus.labelValues(variable.label, selector, range);
    // Prometheus lists a label that is empty; Grafana offers nothing for it.
    const named = values.filter((value) => value !== "");
    for (const value of named) {
      offered.get(variable.name)?.add(value);
    }
    return named;
  };

  let bases: readonly Choice[] = [{}];
  for (const variable of variables) {
    const extended = bases.map(async (base) => {
      const values = await valuesOf(variable, base);
      const chosen = variable.hasAll ? [{ values, isAll: true }] : values.map(alone);
      return chosen.map((one): Choice => ({ ...base, [variable.name]: one }));
    });
    bases = (await Promise.all(extended)).flat();
  }
  return { values: offered, choices: bases.flatMap((base) => [base, ...narrowed(base)]) };
}

function narrowed(base: Choice): readonly Choice[] {
  return Object.entries(base).flatMap(([name, { values, isAll }]) => {
    if (!isAll) {
      return [];
    }
    const several = values.length > 1 ? [{ values, isAll: false }] : [];
    return [...values.map(alone), ...several].map((one): Choice => ({ ...base, [name]: one }));
  });
}

export function alone(value: string): Chosen {
  return { values: [value], isAll: false };
}
