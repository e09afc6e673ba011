import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { Verdicts } from "../_shared/verdicts.ts";
import { leadsSomewhere } from "./dashboards.ts";
import { isHardened } from "./hardened.ts";
import { Chart } from "./helm.ts";
import { kindsOf } from "./manifests.ts";
import { usesWhatIsRendered } from "./rendered.ts";
import { judge } from "./schemas.ts";
import { refusesSecrets } from "./secrets.ts";
import { accepts, runTool } from "./tools.ts";
import { everything, needed, others, smallest } from "./values.ts";

const chartFile = z.looseObject({ kubeVersion: z.string().regex(/^>=\d+\.\d+\.0-0$/) });

/** Renders the chart with Helm, where it is installed, and holds what matters. */
export async function chart(verdicts: Verdicts, deploy: string, work: string): Promise<void> {
  const rendered = new Chart(join(deploy, "helm/tidemark"), work);
  if (runTool("helm", "version") === null) {
    verdicts.section("NOT RUN: helm lint and helm template: helm is not installed");
    return;
  }
  verdicts.section("The Helm chart, as Helm renders it (nothing is installed)");
  accepts(verdicts, "helm", "lint", "--strict", rendered.folder, ...rendered.given(everything));
  const few = rendered.render(smallest);
  verdicts.equal("without more it is five things", kindsOf(few), [
    "ConfigMap",
    "PodDisruptionBudget",
    "Service",
    "ServiceAccount",
    "StatefulSet",
  ]);
  const all = rendered.render(everything);
  verdicts.equal("with everything it is thirteen", kindsOf(all), [
    ...Array.from({ length: 6 }, () => "ConfigMap"),
    "NetworkPolicy",
    "PodDisruptionBudget",
    "PrometheusRule",
    "Service",
    "ServiceAccount",
    "ServiceMonitor",
    "StatefulSet",
  ]);
  isHardened(verdicts, all);
  refuses(verdicts, rendered);
  refusesSecrets(verdicts, rendered, join(deploy, "../schemas/tidemark.schema.json"));
  await leadsSomewhere(verdicts, rendered, work);
  await usesWhatIsRendered(verdicts, rendered, work);
  const { kubeVersion } = chartFile.parse(
    parse(readFileSync(join(rendered.folder, "Chart.yaml"), "utf8")),
  );
  judge(verdicts, {
    work,
    oldest: kubeVersion.replace(/^>=(\d+\.\d+)\..*$/, "$1"),
    renderings: new Map([
      ["the smallest", few],
      ["everything", all],
      ...Object.entries(others).map(([what, text]) => [what, rendered.render(text)] as const),
    ]),
  });
}

/** What would not run, or would run open to everybody. */
function refuses(verdicts: Verdicts, rendered: Chart): void {
  const open = `${smallest}networkPolicy: { enabled: true }\n`;
  const ruled = (files: string) =>
    `${smallest}prometheusRule: { enabled: true, files: ${files} }\n`;
  for (const [what, values, words] of [
    ["no token for /metrics is refused", "image: { repository: r }\n", "existingSecret"],
    ["no product files are refused", needed, "no product files"],
    ["a second replica is refused", `${smallest}replicas: 2\n`, "replicas"],
    ["rules without files are refused", ruled("{}"), "prometheusRule.files"],
    ["a path for a file of rules is refused", ruled("{ a: rules/a.yaml }"), "files.a: is no file"],
    ["seconds with their unit are refused", `${smallest}reload: { seconds: 10s }\n`, "seconds"],
    ["a network policy that lets everybody in is refused", open, "networkPolicy.from"],
  ] as const) {
    const { exitCode, text } = rendered.run(values);
    verdicts.claim(what, exitCode === 1 && text.includes(words), text);
  }
}
