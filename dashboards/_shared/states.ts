import { metrics } from "../../src/metrics/names.ts";
import { is, like, seen, series } from "./promql.ts";

/**
 * How an SLO, or the product that has it, stands. The worst has the least number, so that a product is as its worst
 * SLO is; `unseen` stands before `kept`, because a product is not kept of which a part is unknown.
 *
 * - broken: more of the error budget is spent than there was.
 * - atRisk: less than a quarter of it is left, or the SLI is below the objective, or it would be broken if all
 *   unknown time had been bad.
 * - unseen: nothing is known of what there was to keep.
 * - kept: none of these, and something is known.
 * - unpromised: the product has no SLO.
 */
export const states = { broken: 0, atRisk: 1, unseen: 2, kept: 3, unpromised: 4 } as const;
export type State = keyof typeof states;

/** By product and SLO; the first alternative that has an SLO wins. `kept` comes from figures only, never from absence. */
export function sloState(product: string | null): string {
  const of = product === null ? {} : { product: like(product) };
  const remaining = (bound: string) =>
    series(metrics.sloBudgetRemaining, { ...of, bound: is(bound) });
  const sli = series(metrics.sloSli, of);
  const objective = series(metrics.sloObjective, of);
  const isAtRisk = [
    each(`${remaining("lower")} < 0`),
    each(`${remaining("upper")} < 0.25`),
    `(${each(sli)} < ${each(objective)})`,
  ].join(" or ");
  return [
    numbered("broken", each(`${remaining("upper")} < 0`)),
    numbered(
      "unseen",
      each(`${series(metrics.sloInfo, of)} unless on (product, slo) ${seen(sli)}`),
    ),
    numbered("atRisk", `(${isAtRisk})`),
    numbered("kept", each(sli)),
  ].join(" or ");
}

/**
 * By product, what remains of the error budget of the SLO that has the least. While nothing is known of one of its SLOs
 * nobody knows which has the least, and the figures of the others would stand for it; only what is overspent is known.
 */
export function leastBudget(product: string | null): string {
  const of = product === null ? {} : { product: like(product) };
  const remaining = series(metrics.sloBudgetRemaining, { ...of, bound: is("upper") });
  const least = `min by (product) (${seen(remaining)})`;
  const unseen = `${series(metrics.sloInfo, of)} unless on (product, slo) ${seen(series(metrics.sloSli, of))}`;
  return `(${least} < 0) or (${least} unless on (product) (${unseen}))`;
}

/** By product. */
export function productState(product: string | null): string {
  const of = product === null ? {} : { product: like(product) };
  const unpromised = `max by (product) (${series(metrics.productInfo, of)})`;
  return `min by (product) (${sloState(product)}) or ${numbered("unpromised", unpromised)}`;
}

/** Each SLO once, without the labels of the scrape. */
function each(expression: string): string {
  return `max by (product, slo) (${expression})`;
}

function numbered(state: State, expression: string): string {
  return `${states[state]} + 0 * ${expression}`;
}
