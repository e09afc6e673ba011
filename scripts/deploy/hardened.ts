import { z } from "zod";
import type { Verdicts } from "../_shared/verdicts.ts";
import type { Manifest } from "./manifests.ts";

const fields = z.record(z.string(), z.unknown());

const container = z.looseObject({
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
        initContainers: z.array(container).default([]),
        containers: z.array(container),
      }),
    }),
  }),
});

/** Names of folders and files, which are no secrets. */
const places = ["HOME", "GITSYNC_PASSWORD_FILE"];

/** Holds the pod of a chart with everything to what a hardened cluster asks for. */
export function isHardened(verdicts: Verdicts, all: readonly Manifest[]): void {
  const secrets = all.filter(({ kind }) => kind === "Secret");
  verdicts.equal("no Secret is made", secrets, []);
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
    const written = env.filter((one) => one.value !== undefined && !places.includes(one.name));
    verdicts.equal(`${name}: no value of the environment is written out`, written, []);
  }
}
