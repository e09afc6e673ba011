import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import type { Verdicts } from "../_shared/verdicts.ts";
import { usesWhatIsRendered } from "./rendered.ts";
import { accepts, runTool } from "./tools.ts";

/** What every installation needs, and everything that may be asked for besides. */
const values = `image: { repository: registry.example.com/tidemark }
http: { existingSecret: tidemark-http }
`;
const allValues = `${values}secrets: [dwh, slack]
config:
  connections:
    dwh: { type: postgres, host: dwh.example.com, user: reader, password: "\${file:/run/secrets/tidemark/dwh/password}" }
    files: { type: duckdb }
  teams: { shop: { notify: { ticket: [console] } } }
  notifiers: { console: { type: console } }
products:
  files:
    orders.product.yaml: |
      version: 1
      product: orders
      owner: shop
      datasets: { orders: { connection: dwh, table: sales.orders, checks: { enough: { type: volume, min: 1 } } } }
  configMaps: [sales-products]
  gitSync: { enabled: true, repo: https://example.com/mesh.git, existingSecret: git }
serviceMonitor: { enabled: true, labels: { release: prometheus } }
prometheusRule:
  enabled: true
  files:
    tidemark: |
      groups: [{ name: one, rules: [{ alert: Down, expr: absent(tidemark_build_info) }] }]
dashboards: { enabled: true }
`;

const fields = z.record(z.string(), z.unknown());
const manifest = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string() }) });
type Manifest = z.infer<typeof manifest>;

const containerFields = z.looseObject({
  name: z.string(),
  image: z.string(),
  securityContext: fields,
  resources: z.looseObject({ limits: fields, requests: fields }),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
});

const statefulSet = z.looseObject({
  spec: z.looseObject({
    replicas: z.number(),
    template: z.looseObject({
      spec: z.looseObject({
        automountServiceAccountToken: z.boolean(),
        securityContext: fields,
        initContainers: z.array(containerFields).default([]),
        containers: z.array(containerFields),
      }),
    }),
  }),
});

/** Renders the chart with Helm, where it is installed, and holds what matters. */
export async function chart(verdicts: Verdicts, deploy: string, work: string): Promise<void> {
  const folder = join(deploy, "helm/tidemark");
  if (runTool("helm", "version") === null) {
    verdicts.section("NOT RUN: helm lint and helm template: helm is not installed");
    return;
  }
  verdicts.section("The Helm chart, as Helm renders it (nothing is installed)");
  const render = (text: string, ...more: readonly string[]) => {
    const file = join(work, "values.yaml");
    writeFileSync(file, text);
    return runTool(
      "helm",
      "template",
      "watch",
      folder,
      "--kube-version",
      "1.33.0",
      "-f",
      file,
      ...more,
    );
  };
  writeFileSync(join(work, "all.yaml"), allValues);
  accepts(verdicts, "helm", "lint", "--strict", folder, "-f", join(work, "all.yaml"));
  const smallest = manifestsOf(
    render(`${values}products: { configMaps: [sales-products] }\n`)?.text,
  );
  verdicts.equal("without more it is five things", kindsOf(smallest), [
    "ConfigMap",
    "PodDisruptionBudget",
    "Service",
    "ServiceAccount",
    "StatefulSet",
  ]);
  const all = manifestsOf(render(allValues)?.text);
  const dashboards = all.filter(({ metadata }) => metadata.name.endsWith("-dashboard"));
  verdicts.equal("with everything it is twelve", kindsOf(all), [
    "ConfigMap",
    "ConfigMap",
    "ConfigMap",
    "ConfigMap",
    "ConfigMap",
    "ConfigMap",
    "PodDisruptionBudget",
    "PrometheusRule",
    "Service",
    "ServiceAccount",
    "ServiceMonitor",
    "StatefulSet",
  ]);
  verdicts.equal("four of them are dashboards", dashboards.length, 4);
  holds(verdicts, all);

  const refused = (what: string, text: string, words: string): void => {
    const ran = render(text);
    verdicts.claim(what, ran?.exitCode === 1 && ran.text.includes(words), ran?.text);
  };
  refused("no token for /metrics is refused", "image: { repository: r }\n", "existingSecret");
  refused("no product files are refused", values, "no product files");
  for (const [what, written] of [
    ["a password", "dwh: { type: postgres, password: hunter2 }"],
    ["a password that begins as a reference does", "dwh: { type: postgres, password: $ecret }"],
    ["a token", 'dwh: { type: snowflake, token: "abc" }'],
    ["a password in an address", 'dwh: { type: postgres, url: "postgres://a:b@dwh/x" }'],
  ] as const) {
    const text = `${values}products: { configMaps: [p] }\nconfig: { connections: { ${written} } }\n`;
    refused(`${what} that is written out is refused`, text, "existing Secret");
  }
  refused(
    "a second replica is refused",
    `${values}products: { configMaps: [p] }\nreplicas: 2\n`,
    "replicas",
  );
  await usesWhatIsRendered(
    verdicts,
    all,
    work,
    (...more) => render(allValues, ...more)?.text ?? "",
  );
}

function holds(verdicts: Verdicts, all: readonly Manifest[]): void {
  verdicts.equal(
    "no Secret is made",
    all.filter(({ kind }) => kind === "Secret"),
    [],
  );
  const { spec } = statefulSet.parse(all.find(({ kind }) => kind === "StatefulSet"));
  const pod = spec.template.spec;
  const containers = [...pod.initContainers, ...pod.containers];
  verdicts.equal("one replica", spec.replicas, 1);
  verdicts.equal(
    "its containers",
    containers.map(({ name }) => name),
    ["git-sync-once", "tidemark", "git-sync", "reload"],
  );
  verdicts.equal("no token of the cluster is mounted", pod.automountServiceAccountToken, false);
  verdicts.claim(
    "the pod is not root's, under seccomp's defaults",
    pod.securityContext["runAsNonRoot"] === true &&
      pod.securityContext["runAsUser"] === 10001 &&
      JSON.stringify(pod.securityContext["seccompProfile"]) === '{"type":"RuntimeDefault"}',
    pod.securityContext,
  );
  for (const { name, image, securityContext, resources, env } of containers) {
    verdicts.equal(`${name}: read-only root, no rights`, securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
    });
    verdicts.claim(`${name}: a pinned image`, /:v?\d+\.\d+\.\d+$|@sha256:/.test(image), image);
    verdicts.claim(`${name}: memory is bounded`, "memory" in resources.limits, resources);
    const written = env.filter((one) => one.value !== undefined && one.name !== "HOME");
    verdicts.equal(`${name}: no value of the environment is written out`, written, []);
  }
}

function kindsOf(manifests: readonly Manifest[]): readonly string[] {
  return manifests.map(({ kind }) => kind).sort();
}

function manifestsOf(text = ""): readonly Manifest[] {
  const documents = parseAllDocuments(text.slice(Math.max(0, text.indexOf("---\n"))));
  return documents.map((document) => manifest.parse(document.toJS()));
}
