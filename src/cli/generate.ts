import { Argument } from "commander";
import { type LinkAddresses, writeDashboards } from "../app/dashboards.ts";
import { exportOpenSlo } from "../app/openslo.ts";
import { rulesText, writeRuleFiles } from "../app/rules.ts";
import { TidemarkError } from "../core/errors.ts";
import { type ExportRemark, neverExported } from "../export/openslo/from-mesh.ts";
import type { CommandContext } from "./command-context.ts";
import type { Commands } from "./commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { printProblems } from "./failure.ts";
import { counted, type Terminal } from "./terminal.ts";

const generated = ["dashboards", "rules", "openslo"] as const;
type Generated = (typeof generated)[number];

interface GenerateOptions {
  readonly out?: string;
  readonly apiUrl?: string;
  readonly runbookUrl?: string;
  readonly fileUrl?: string;
}

const perform: Readonly<
  Record<Generated, (options: GenerateOptions, context: CommandContext) => Promise<ExitCode>>
> = {
  dashboards: generateDashboards,
  rules: generateRules,
  openslo: generateOpenSlo,
};

/** `tidemark generate dashboards --out DIR`: Grafana's dashboards and provisioning files. Needs no configuration. */
async function generateDashboards(
  { out, apiUrl, runbookUrl, fileUrl }: GenerateOptions,
  { terminal }: CommandContext,
): Promise<ExitCode> {
  if (out === undefined) {
    const hint = "One file is written for each dashboard: `--out grafana`.";
    throw new TidemarkError("TM_USAGE", "`generate dashboards` needs a folder, `--out DIR`", {
      hint,
    });
  }
  const addresses: LinkAddresses = {
    ...(apiUrl === undefined ? {} : { api_url: webAddress("--api-url", apiUrl) }),
    ...(runbookUrl === undefined ? {} : { runbook_url: webAddress("--runbook-url", runbookUrl) }),
    ...(fileUrl === undefined ? {} : { file_url: webAddress("--file-url", fileUrl) }),
  };
  for (const path of await writeDashboards(out, addresses)) {
    terminal.err(`wrote ${path}`);
  }
  return exitCodes.ok;
}

/** Throws `TM_USAGE` for what a browser would not open as a page. */
function webAddress(option: string, text: string): string {
  const protocol = URL.parse(text)?.protocol;
  if (protocol !== "https:" && protocol !== "http:") {
    const hint = "Products' names are put behind it: `https://example.com/runbooks/`.";
    throw new TidemarkError(
      "TM_USAGE",
      `\`${option}\` takes an address that begins with https://`,
      {
        hint,
      },
    );
  }
  return text;
}

/** `tidemark generate rules [--out DIR]`: Prometheus' rule files, or all rules as one on stdout. */
async function generateRules(
  { out }: GenerateOptions,
  { configPath, env, terminal }: CommandContext,
): Promise<ExitCode> {
  if (out === undefined) {
    const { text, remarks, warnings } = await rulesText(configPath, env);
    printProblems(warnings, terminal);
    terminal.out(text.trimEnd());
    for (const remark of remarks) {
      terminal.err(remark);
    }
    return exitCodes.ok;
  }
  const { written, removed, warnings } = await writeRuleFiles(configPath, env, out);
  printProblems(warnings, terminal);
  for (const { path, count, remarks } of written) {
    terminal.err(`wrote ${path}: ${counted(count, "rule")}`);
    for (const remark of remarks) {
      terminal.err(`  ${remark}`);
    }
  }
  for (const path of removed) {
    terminal.err(`removed ${path}: the mesh no longer has that product`);
  }
  return exitCodes.ok;
}

/** `tidemark generate openslo --out DIR`: one file of OpenSLO v1 documents per product, and what they leave out. */
async function generateOpenSlo(
  { out }: GenerateOptions,
  { configPath, env, terminal }: CommandContext,
): Promise<ExitCode> {
  if (out === undefined) {
    const hint = "One file is written for each product: `--out openslo`.";
    throw new TidemarkError("TM_USAGE", "`generate openslo` needs a folder, `--out DIR`", { hint });
  }
  const { written, warnings } = await exportOpenSlo(configPath, env, out);
  printProblems(warnings, terminal);
  for (const { path, exported } of written) {
    terminal.err(`wrote ${path}: ${counted(exported.documents.length, "document")}`);
    for (const remark of exported.remarks) {
      printRemark(remark, terminal);
    }
  }
  terminal.err("not carried, of any product:");
  for (const text of neverExported) {
    terminal.err(`  ${text}`);
  }
  return exitCodes.ok;
}

function printRemark({ subject, annotated, lost }: ExportRemark, terminal: Terminal): void {
  terminal.err(`  ${subject}: in annotations: ${annotated.join(", ")}`);
  for (const text of lost) {
    terminal.err(`  ${subject}: ${text}`);
  }
}

export function declareGenerate(commands: Commands): void {
  const command = commands
    .add("generate", "Write Grafana dashboards, Prometheus rules or OpenSLO documents.")
    .addArgument(new Argument("<what>", "what to write").choices(generated))
    .option("--out <dir>", "where to")
    .option("--api-url <url>", "dashboards: where people reach the daemon")
    .option(
      "--runbook-url <url>",
      "dashboards: what a product's name is put behind for its runbook",
    )
    .option("--file-url <url>", "dashboards: likewise for its product file");
  commands.act(command, (what: Generated, o: GenerateOptions) => (context) => {
    if (what !== "dashboards" && (o.apiUrl ?? o.runbookUrl ?? o.fileUrl) !== undefined) {
      throw new TidemarkError("TM_USAGE", "only `generate dashboards` takes addresses for links");
    }
    return perform[what](o, context);
  });
}
