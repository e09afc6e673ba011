import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { runTidemark } from "../../test/helpers/tidemark.ts";
import type { Verdicts } from "../_shared/verdicts.ts";
import { filesUnder } from "../package/contents.ts";
import type { Chart } from "./helm.ts";
import { dataOf, type Manifest } from "./manifests.ts";
import { addresses, everything, smallest } from "./values.ts";

/** Holds the chart's dashboards to those that the command writes, and their links to addresses that were given. */
export async function leadsSomewhere(
  verdicts: Verdicts,
  chart: Chart,
  work: string,
): Promise<void> {
  const out = join(work, "dashboards");
  const { apiUrl, runbookUrl, fileUrl } = addresses;
  const links = ["--api-url", apiUrl, "--runbook-url", runbookUrl, "--file-url", fileUrl];
  await runTidemark(["generate", "dashboards", "--out", out, ...links]);
  const names = filesUnder(out).filter((name) => name.endsWith(".json"));
  const all = chart.render(everything);
  const none = chart.render(`${smallest}dashboards: { enabled: true }\n`);
  verdicts.equal("there are four dashboards", names.length, 4);
  for (const name of names) {
    const written: unknown = JSON.parse(readFileSync(join(out, name), "utf8"));
    verdicts.claim(
      `${name} is what \`tidemark generate dashboards\` writes with the same addresses`,
      isDeepStrictEqual(JSON.parse(textOf(all, name)), written),
    );
    const left = textOf(none, name).match(/example\.com|127\.0\.0\.1|(api|runbook|file)_url/g);
    verdicts.equal(`${name} has no link out when no address is given`, left, null);
  }
}

function textOf(manifests: readonly Manifest[], name: string): string {
  const title = name.replace(/^tidemark-(.+)\.json$/, "$1");
  return dataOf(manifests, `watch-tidemark-${title}-dashboard`)[name] ?? "";
}
