import { until } from "../../test/helpers/until.ts";
import type { Verdicts } from "../_shared/verdicts.ts";
import { type Programs, run } from "./programs.ts";
import { judgeRecorded } from "./sloth.ts";
import { patience, type Stage } from "./stage.ts";

/** For rates, some scrapes must have been. */
const someScrapes = 'count_over_time(up{job="tidemark"}[1m]) >= 8';

/** Somebody has been told that nobody reaches the warehouse of seabed. */
const someNotices = "sum(increase(tidemark_deliveries_total[1h])) > 0";

/** Of all but the warehouse that nobody reaches: checks without an answer, and SLOs whose burn is not known. */
const unseen = [
  'tidemark_check_info{product!="seabed"} unless on (product, dataset, check) tidemark_check_good',
  'tidemark_slo_info{product!="seabed", budgeting="time"} unless on (product, slo) tidemark_slo_error_ratio{window="1h"}',
];

/** On a machine that does other work too, looks come late, and what they leave out is not known for a while. */
export async function untilSeen({ prometheus }: Stage): Promise<void> {
  const isThere = async (query: string) => (await prometheus.query(query)).length > 0;
  const isSeen = async () =>
    (await isThere(someScrapes)) &&
    (await isThere(someNotices)) &&
    !(await isThere(`(${unseen.join(") or (")})`));
  await until("figures of every check and SLO", isSeen, patience);
}

/** While all is well: the exposition, the rules, and that nobody is told of anything. */
export async function judgeWell(
  verdicts: Verdicts,
  stage: Stage,
  { promtool }: Programs,
): Promise<void> {
  const { prometheus, daemonOrigin } = stage;
  await untilSeen(stage);
  const exposition = await (await fetch(`${daemonOrigin}/metrics`)).text();
  const checked = run(promtool, ["check", "metrics"], exposition);
  const lines = exposition.split("\n").length;
  verdicts.claim(`promtool check metrics: ${lines} lines`, checked.exitCode === 0, checked.output);

  const isEvaluated = async () =>
    !(await prometheus.rules()).some(({ health }) => health === "unknown");
  await until("every rule to be evaluated", isEvaluated, patience);
  await judgeRecorded(verdicts, prometheus);
  const rules = await prometheus.rules();
  const ill = rules.filter(({ health }) => health !== "ok");
  const isWell = rules.length > 50 && ill.length === 0;
  verdicts.claim(`all ${rules.length} rules are evaluated without error`, isWell, ill);
  const alerts = await prometheus.query('ALERTS{product="tide"}');
  verdicts.equal("no alert on a promise that is kept", alerts, []);
}
