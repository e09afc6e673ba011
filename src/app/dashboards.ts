import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeOutput } from "./output.ts";

/** Where links of the dashboards lead that Prometheus knows nothing of. */
export interface LinkAddresses {
  /** The daemon's own, as people reach it. */
  readonly api_url?: string;
  /** A product's name is put behind it. */
  readonly runbook_url?: string;
  /** A product's name and `.product.yaml` are put behind it. */
  readonly file_url?: string;
}

/** Of a Grafana dashboard, what is read or changed here; everything else is kept as it is. */
const dashboard = z.looseObject({
  links: z.array(z.looseObject({ url: z.string().optional() })),
  templating: z.looseObject({
    list: z.array(z.looseObject({ name: z.string(), query: z.unknown() })),
  }),
});

const addressNames = ["api_url", "runbook_url", "file_url"] as const;

/**
 * Writes the dashboards, and the files by which Grafana finds them, over what an earlier run wrote, and returns the
 * paths. A link whose address is not known is left out. Throws `TM_OUTPUT_WRITE`.
 */
export async function writeDashboards(
  dir: string,
  addresses: LinkAddresses,
): Promise<readonly string[]> {
  const source = sourceFolder();
  const written: string[] = [];
  for (const file of await filesIn(join(source, "grafana"), ".json")) {
    const text = await readFile(join(source, "grafana", file), "utf8");
    written.push(await writeOutput(join(dir, file), withAddresses(text, addresses)));
  }
  for (const file of await filesIn(join(source, "provisioning"), ".yaml")) {
    const text = await readFile(join(source, "provisioning", file), "utf8");
    written.push(await writeOutput(join(dir, "provisioning", file), text));
  }
  return written;
}

/** The package's own folder: built code lies one folder deeper than its source. */
function sourceFolder(): string {
  const [besideSource, besideBuilt] = ["../../dashboards", "../../../dashboards"].map((path) =>
    join(import.meta.dirname, path),
  );
  const isSource = besideSource !== undefined && existsSync(join(besideSource, "grafana"));
  return (isSource ? besideSource : besideBuilt) ?? "";
}

/** Paths relative to the folder, in the order of the alphabet. */
async function filesIn(folder: string, ending: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries.filter((entry) => entry.endsWith(ending)).sort();
}

function withAddresses(text: string, addresses: LinkAddresses): string {
  const read = dashboard.parse(JSON.parse(text));
  // The daemon's own address has a default that is right where everything runs on one machine.
  const missing = addressNames.filter(
    (name) => name !== "api_url" && addresses[name] === undefined,
  );
  const isKnown = (part: string) => !missing.some((name) => part.includes(name));
  const links = read.links.filter(({ url }) => isKnown(url ?? ""));
  const list = read.templating.list
    .filter(({ name }) => isKnown(name))
    .map((variable) => {
      const name = addressNames.find((one) => one === variable.name);
      const address = name === undefined ? undefined : addresses[name];
      return address === undefined ? variable : { ...variable, query: address };
    });
  return `${JSON.stringify({ ...read, links, templating: { ...read.templating, list } }, null, 2)}\n`;
}
