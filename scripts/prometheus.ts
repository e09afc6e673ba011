/**
 * Holds what Tidemark gives Prometheus to Prometheus itself: `npm run test:prometheus`, under two minutes.
 *
 * - The dashboards follow a schema of the types of Grafana's SDK, and no panel lacks title, description or unit.
 * - The generated rules load, and do what test/prometheus says: needs promtool.
 * - The states that dashboards draw are what docs/dashboards.md says: needs promtool.
 * - A Prometheus scrapes the daemon over the demo's data, a promise breaks, and its alert arrives through an Alertmanager
 *   at a webhook; every query of the dashboards is answered: needs prometheus and alertmanager as well.
 *
 * What is not installed is named, and what needs it is not run; the exit code is then 0, and 1 when a claim fails.
 */
import { Verdicts } from "./_shared/verdicts.ts";
import { judgeDashboardFiles } from "./prometheus/dashboards.ts";
import { watchLive } from "./prometheus/live.ts";
import { findPrograms } from "./prometheus/programs.ts";
import { judgeRules } from "./prometheus/rules.ts";
import { judgeStates } from "./prometheus/states.ts";

const { promtool, prometheus, alertmanager } = findPrograms();
const verdicts = new Verdicts();
judgeDashboardFiles(verdicts);
if (promtool === null) {
  console.log("NOT RUN: the rules, the states and the live run: promtool is not installed");
} else {
  await judgeRules(verdicts, promtool);
  await judgeStates(verdicts, promtool);
  if (prometheus === null || alertmanager === null) {
    const missing = prometheus === null ? "prometheus" : "alertmanager";
    console.log(`NOT RUN: the live run: ${missing} is not installed`);
  } else {
    await watchLive(verdicts, { promtool, prometheus, alertmanager });
  }
}
process.exitCode = verdicts.finish();
