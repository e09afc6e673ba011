import { until } from "../../test/helpers/until.ts";
import type { Verdicts } from "../_shared/verdicts.ts";
import { type Programs, run } from "./programs.ts";
import { slothQueries } from "./sloth.ts";
import { isSoon, patience, type Stage } from "./stage.ts";

/** Checks that are watched and have not answered, but for those of the warehouse that nobody reaches. */
const unanswered =
  'tidemark_check_info{product!="seabed"} unless on (product, dataset, check) tidemark_check_good';

const firstFigures = 'tidemark_slo_error_ratio{product="tide", window="5m"}';

/** For rates, some scrapes must have been. */
const someScrapes = 'count_over_time(up{job="tidemark"}[1m]) >= 15';

/** While all is well: the exposition, the rules, and that nobody is told of anything. */
export async function judgeWell(
  verdicts: Verdicts,
  { prometheus, daemonOrigin }: Stage,
  { promtool }: Programs,
): Promise<void> {
  const isThere = async (query: string) => (await prometheus.query(query)).length > 0;
  const hasFigures = async () =>
    (await isThere(firstFigures)) && (await isThere(someScrapes)) && !(await isThere(unanswered));
  await until("the first figures of every check", hasFigures, patience);
  const exposition = await (await fetch(`${daemonOrigin}/metrics`)).text();
  const checked = run(promtool, ["check", "metrics"], exposition);
  const lines = exposition.split("\n").length;
  verdicts.claim(`promtool check metrics: ${lines} lines`, checked.exitCode === 0, checked.output);

  const isEvaluated = async () =>
    !(await prometheus.rules()).some(({ health }) => health === "unknown");
  await until("every rule to be evaluated", isEvaluated, patience);
  for (const query of slothQueries) {
    verdicts.claim(`recorded: ${query}`, await isSoon(() => isThere(query)));
  }
  const rules = await prometheus.rules();
  const ill = rules.filter(({ health }) => health !== "ok");
  const isWell = rules.length > 50 && ill.length === 0;
  verdicts.claim(`all ${rules.length} rules are evaluated without error`, isWell, ill);
  const alerts = await prometheus.query('ALERTS{product="tide"}');
  verdicts.equal("no alert on a promise that is kept", alerts, []);
}
