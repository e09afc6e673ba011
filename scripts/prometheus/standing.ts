import { productState, type State, states } from "../../dashboards/_shared/states.ts";
import type { Verdicts } from "../_shared/verdicts.ts";
import type { PrometheusApi } from "./api.ts";

/** Whether these products stand as they should on the dashboards now. */
export async function judgeStanding(
  verdicts: Verdicts,
  prometheus: PrometheusApi,
  expected: Readonly<Record<string, State>>,
): Promise<void> {
  const shown = await prometheus.instant(productState(null));
  const of = new Map(shown.map(({ labels, values }) => [labels["product"], values[0]]));
  const wrong = Object.entries(expected).filter(
    ([product, state]) => of.get(product) !== states[state],
  );
  const stand = Object.entries(expected).map(([product, state]) => `${product} ${state}`);
  verdicts.claim(`the dashboards show ${stand.join(", ")}`, wrong.length === 0, [...of]);
}
