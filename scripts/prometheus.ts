/**
 * Holds what Tidemark gives Prometheus to Prometheus itself: `npm run test:prometheus`, some six minutes, in which the
 * demo tells its story; `-- --minutes 0` for what takes two alone, and more to watch for longer.
 *
 * - The dashboards follow a schema of the types of Grafana's SDK, and no panel lacks title, description or unit.
 * - The generated rules load, and do what test/prometheus says: needs promtool.
 * - The states that dashboards draw are what docs/dashboards.md says: needs promtool.
 * - Names that no file lets through reach a Prometheus unharmed: needs prometheus as well.
 * - A Prometheus scrapes the daemon over the demo's data, a promise breaks, and its alert arrives through an Alertmanager
 *   at a webhook; every query of the dashboards is answered with every value: needs alertmanager as well.
 *
 * What is not installed is named, and what needs it is not run; the exit code is then 0, and 1 when a claim fails.
 */
import { parseArgs } from "node:util";
import { exitOnSignals } from "./_shared/signals.ts";
import { Verdicts } from "./_shared/verdicts.ts";
import { judgeDashboardFiles } from "./prometheus/dashboards.ts";
import { judgeHostileNames } from "./prometheus/hostile.ts";
import { watchLive } from "./prometheus/live.ts";
import { findPrograms, versionOf } from "./prometheus/programs.ts";
import { judgeRules } from "./prometheus/rules.ts";
import { judgeStates } from "./prometheus/states.ts";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "5" } } });
const minutes = Number(values.minutes);
if (!(minutes >= 0 && minutes <= 24 * 60)) {
  throw new RangeError("--minutes takes a number from 0 to 1440");
}

exitOnSignals();

const { promtool, prometheus, alertmanager } = findPrograms();
for (const program of [promtool, prometheus, alertmanager].filter((found) => found !== null)) {
  console.log(versionOf(program));
}
const verdicts = new Verdicts();
judgeDashboardFiles(verdicts);
if (promtool === null) {
  console.log(
    "NOT RUN: the rules, the states, hostile names and the live run: promtool is not installed",
  );
} else {
  await judgeRules(verdicts, promtool);
  await judgeStates(verdicts, promtool);
  if (prometheus === null) {
    console.log("NOT RUN: hostile names and the live run: prometheus is not installed");
  } else {
    await judgeHostileNames(verdicts, { promtool, prometheus });
    if (alertmanager === null) {
      console.log("NOT RUN: the live run: alertmanager is not installed");
    } else {
      await watchLive(verdicts, { promtool, prometheus, alertmanager }, minutes);
    }
  }
}
process.exitCode = verdicts.finish();
