import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Verdicts } from "../_shared/verdicts.ts";
import { operatorDefinitions } from "./definitions.ts";
import { pythonOfJudges } from "./judges.ts";
import type { Manifest } from "./manifests.ts";

const program = fileURLToPath(new URL("./manifests.py", import.meta.url));
const problems = z.record(z.string(), z.array(z.string()));

export interface Renderings {
  /** A folder that is empty for all Go cares. */
  readonly work: string;
  /** The oldest Kubernetes that the chart claims, such as 1.27. */
  readonly oldest: string;
  readonly renderings: ReadonlyMap<string, readonly Manifest[]>;
}

/** Has the schemas of Kubernetes and of the Prometheus Operator judge what was rendered, and what was planted. */
export function judge(verdicts: Verdicts, { work, oldest, renderings }: Renderings): void {
  const python = pythonOfJudges();
  if ("problem" in python) {
    verdicts.section(`NOT RUN: Kubernetes' schemas: ${python.problem}`);
    return;
  }
  const manifests = [...renderings.values()].flat();
  const ask = (asked: readonly Manifest[], definitions: readonly string[]) =>
    problemsOf(python.path, { oldest, manifests: asked, definitions });
  const planted = manifests.flatMap(wrong);

  verdicts.section(
    `${manifests.length} manifests of ${renderings.size} renderings, by the schemas of each Kubernetes`,
  );
  const plantedFound = ask(planted, []);
  for (const [version, found] of Object.entries(ask(manifests, []))) {
    verdicts.equal(`Kubernetes ${version} knows every field`, found, []);
    const refused = plantedFound[version] ?? [];
    const own = planted.filter(({ apiVersion }) => !isCustom(apiVersion));
    verdicts.claim(
      `Kubernetes ${version} refuses each of ${own.length} that were planted`,
      refused.length === own.length && own.length > 0,
      refused,
    );
  }
  const definitions = operatorDefinitions(work);
  if ("problem" in definitions) {
    verdicts.section(`NOT RUN: the Prometheus Operator's definitions: ${definitions.problem}`);
    return;
  }
  verdicts.section("By the definitions of the Prometheus Operator");
  const custom = planted.filter(({ apiVersion }) => isCustom(apiVersion));
  for (const { version, paths } of definitions) {
    verdicts.equal(`${version} knows every field`, ask(manifests, paths)["definitions"], []);
    const refused = ask(custom, paths)["definitions"] ?? [];
    verdicts.claim(
      `${version} refuses each of ${custom.length} that were planted`,
      refused.length === custom.length && custom.length > 0,
      refused,
    );
  }
}

function isCustom(apiVersion: string): boolean {
  return apiVersion.startsWith("monitoring.coreos.com/");
}

/** The same with one mistake that a server would drop without a word, or refuse. */
function wrong(manifest: Manifest): readonly Manifest[] {
  const text = JSON.stringify(manifest);
  const mistakes: Readonly<Record<string, readonly [right: string, wrong: string]>> = {
    StatefulSet: ['"livenessProbe":', '"livenesProbe":'],
    PodDisruptionBudget: ['"maxUnavailable":', '"maxUnavailble":'],
    NetworkPolicy: ['"port":"http"', '"port":["http"]'],
    Service: ['"port":9464', '"port":"9464"'],
    ServiceMonitor: ['"interval":', '"scrapeInterval":'],
    PrometheusRule: ['"expr":', '"expression":'],
  };
  const mistake = mistakes[manifest.kind];
  if (mistake === undefined || !text.includes(mistake[0])) {
    return [];
  }
  return [JSON.parse(text.replace(...mistake)) as Manifest];
}

function problemsOf(python: string, asked: object): Readonly<Record<string, readonly string[]>> {
  const { status, stdout, stderr } = spawnSync(python, [program], {
    input: JSON.stringify(asked),
    encoding: "utf8",
    timeout: 60_000,
    maxBuffer: 64_000_000,
  });
  if (status !== 0) {
    throw new Error(`the schemas were not read:\n${stderr}`);
  }
  return problems.parse(JSON.parse(stdout));
}
