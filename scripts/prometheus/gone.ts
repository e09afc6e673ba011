import type { Verdicts } from "../_shared/verdicts.ts";
import type { PrometheusApi } from "./api.ts";
import type { Looks } from "./panels/looks.ts";
import { isSoon, type Stage } from "./stage.ts";

/** What is left of a daemon that has ended. */
export async function judgeGone(
  verdicts: Verdicts,
  { daemon, prometheus }: Stage,
  looks: Looks,
): Promise<void> {
  const firingBefore = await firing(prometheus);
  daemon.send("SIGTERM");
  const { exitCode, stderr } = await daemon.ended();
  verdicts.claim("the daemon ends when it is asked to", exitCode === 0, stderr);
  const pending = 'ALERTS{alertname="TidemarkDown", alertstate="pending"}';
  const isNoticed = async () => (await prometheus.query(pending)).length > 0;
  verdicts.claim("its absence is noticed", await isSoon(isNoticed));
  const left = 'tidemark_slo_info or {__name__=~"slo:.*|sloth_slo_info"}';
  const isGone = async () => (await prometheus.query(left)).length === 0;
  verdicts.claim("nothing is recorded of a daemon that is gone", await isSoon(isGone));
  const ended = firingBefore.difference(await firing(prometheus));
  verdicts.claim(
    `what fired goes on while nobody can tell: ${firingBefore.size} alerts`,
    firingBefore.size > 0 && ended.size === 0,
    [...ended],
  );
  const { asked, shown } = await looks.leftNow();
  verdicts.claim(
    `no panel shows a figure of now: ${asked} queries with values are empty`,
    asked > 0 && shown.length === 0,
    shown.join("\n"),
  );
}

/** The alerts that fire on products, each by its labels, which Prometheus gives in order. */
async function firing(prometheus: PrometheusApi): Promise<ReadonlySet<string>> {
  const alerts = await prometheus.query('ALERTS{alertstate="firing", product!=""}');
  return new Set(alerts.map((labels) => JSON.stringify(labels)));
}
