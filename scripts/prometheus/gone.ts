import type { Verdicts } from "../_shared/verdicts.ts";
import type { Looks } from "./panels/looks.ts";
import { isSoon, type Stage } from "./stage.ts";

/** What is left of a daemon that has ended. */
export async function judgeGone(
  verdicts: Verdicts,
  { daemon, prometheus }: Stage,
  looks: Looks,
): Promise<void> {
  daemon.send("SIGTERM");
  const { exitCode, stderr } = await daemon.ended();
  verdicts.claim("the daemon ends when it is asked to", exitCode === 0, stderr);
  const pending = 'ALERTS{alertname="TidemarkDown", alertstate="pending"}';
  const isNoticed = async () => (await prometheus.query(pending)).length > 0;
  verdicts.claim("its absence is noticed", await isSoon(isNoticed));
  const left = 'tidemark_slo_info or {__name__=~"slo:.*|sloth_slo_info"}';
  const isGone = async () => (await prometheus.query(left)).length === 0;
  verdicts.claim("nothing is recorded of a daemon that is gone", await isSoon(isGone));
  const page = 'ALERTS{alertname="TidemarkErrorBudgetBurn", product="tide", alertstate="firing"}';
  verdicts.claim(
    "what fired goes on while nobody can tell",
    (await prometheus.query(page)).length > 0,
  );
  const { asked, shown } = await looks.leftNow();
  verdicts.claim(
    `no panel shows a figure of now: ${asked} queries with values are empty`,
    asked > 0 && shown.length === 0,
    shown.join("\n"),
  );
}
