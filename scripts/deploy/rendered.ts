import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { runTidemark } from "../../test/helpers/tidemark.ts";
import type { Verdicts } from "../_shared/verdicts.ts";
import type { Chart } from "./helm.ts";
import { dataOf } from "./manifests.ts";
import { accepts } from "./tools.ts";
import { everything } from "./values.ts";

const prometheusRule = z.looseObject({
  kind: z.literal("PrometheusRule"),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ groups: z.unknown() }),
});

/**
 * Has Tidemark read the configuration that the chart renders, with the cluster's folders in `work`, and the chart
 * render the rules that Tidemark makes of it.
 */
export async function usesWhatIsRendered(
  verdicts: Verdicts,
  chart: Chart,
  work: string,
): Promise<void> {
  const manifests = chart.render(everything);
  const products = dataOf(manifests, "watch-tidemark-products");
  const [first = ""] = Object.values(products);
  const renamed = (name: string): string => first.replace("product: orders", `product: ${name}`);
  const files: Readonly<Record<string, string>> = {
    "etc/tidemark.yaml": (dataOf(manifests, "watch-tidemark")["tidemark.yaml"] ?? "")
      .replaceAll("/srv/", `${work}/cluster-root/srv/`)
      .replaceAll("/run/", `${work}/cluster-root/run/`)
      .replaceAll("/var/", `${work}/cluster-root/var/`),
    "srv/products/files/orders.product.yaml": first,
    "srv/products/configmaps/sales-products/sales.product.yaml": renamed("sales"),
    "srv/products/git/current/visits.product.yaml": renamed("visits"),
    "run/secrets/tidemark-http/token": "token-of-http\n",
    "run/secrets/tidemark/dwh/password": "password-of-dwh\n",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(work, "cluster-root", path)), { recursive: true });
    writeFileSync(join(work, "cluster-root", path), text);
  }
  const config = join(work, "cluster-root/etc/tidemark.yaml");
  const valid = await runTidemark(["-c", config, "validate", "--format", "json"]);
  verdicts.claim("tidemark validate takes what is rendered", valid.exitCode === 0, valid);

  const out = join(work, "cluster-root/rules");
  const written = await runTidemark(["-c", config, "generate", "rules", "--out", out]);
  verdicts.claim("tidemark generate rules makes rules of it", written.exitCode === 0, written);
  for (const name of readdirSync(out)) {
    const path = join(out, name);
    const key = name.replace(/^_?([a-z]+)\..*$/, "$1");
    const rules = chart
      .render(everything, "--set-file", `prometheusRule.files.${key}=${path}`)
      .map((document) => prometheusRule.safeParse(document))
      .find(({ data }) => data?.metadata.name === `watch-tidemark-${key}`)?.data;
    verdicts.equal(
      `a PrometheusRule holds what stands in ${name}`,
      rules?.spec.groups,
      (parse(readFileSync(path, "utf8")) as { readonly groups: unknown }).groups,
    );
    const rendered = join(work, `rendered-${name}`);
    writeFileSync(rendered, stringify({ groups: rules?.spec.groups }));
    accepts(verdicts, "promtool", "check", "rules", rendered);
  }
}
