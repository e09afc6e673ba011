import { costsDocument } from "../app/costs.ts";
import { evidenceDocument } from "../app/documents.ts";
import { sloStanding } from "../app/slo-document.ts";
import { readStatus, type SloReport, type StatusReport } from "../app/status.ts";
import type { Incident } from "../core/incident.ts";
import { formatDuration } from "../time/duration.ts";
import { formatPercent } from "../time/percent.ts";
import { formatWindow } from "../time/period.ts";
import type { CommandContext } from "./command-context.ts";
import { type Commands, withFormat, withSelectors } from "./commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { printCosts } from "./status-costs.ts";
import { exclusionJson, printExclusions } from "./status-exclusions.ts";
import { outcomeStyles, type Style, type Terminal, table } from "./terminal.ts";

interface StatusOptions {
  readonly format: "text" | "json";
}

/** `tidemark status`: where the SLOs stand, from the store. */
async function status(
  selectors: readonly string[],
  options: StatusOptions,
  { configPath, env, terminal, logger }: CommandContext,
): Promise<ExitCode> {
  const report = await readStatus({ configPath, env, selectors, logger });
  if (options.format === "json") {
    terminal.out(JSON.stringify(jsonOf(report), null, 2));
  } else {
    printText(report, terminal);
    printExclusions(report.slos, terminal);
    printCosts(report, terminal);
    printDisabled(report, terminal);
  }
  return exitCodes.ok;
}

function printDisabled({ disabled }: StatusReport, terminal: Terminal): void {
  if (disabled.length > 0) {
    terminal.out("\nnot watched");
  }
  for (const { id, disabledReason } of disabled) {
    terminal.out(`  ${id}: ${(disabledReason ?? "").replaceAll(/\s+/g, " ").trim()}`);
  }
}

const headings = ["SLO", "objective", "window", "SLI", "budget left", "burn 1h", "coverage", "now"];

function printText({ slos, incidents, notPassing, atMs }: StatusReport, terminal: Terminal): void {
  const rows = [headings, ...slos.map(rowOf)];
  terminal.out(
    table(rows, (cell, row, column) => {
      const report = slos[row - 1];
      if (report === undefined) {
        return terminal.paint("bold", cell);
      }
      return column === headings.length - 1 ? terminal.paint(styleOf(report), cell) : cell;
    }),
  );
  terminal.out(incidents.length === 0 ? "\nno open incidents" : "\nopen incidents");
  for (const incident of incidents) {
    terminal.out(`  ${incidentLine(incident, atMs)}`);
  }
  if (notPassing.length > 0) {
    terminal.out("\nchecks that do not pass");
    const lines = notPassing.map(({ checkId, result }) => [
      `  ${result.outcome}`,
      checkId,
      result.summary,
    ]);
    terminal.out(
      table(lines, (cell, row, column) => {
        const outcome = notPassing[row]?.result.outcome;
        return column === 0 && outcome !== undefined
          ? terminal.paint(outcomeStyles[outcome], cell)
          : cell;
      }),
    );
  }
}

function incidentLine(incident: Incident, atMs: number): string {
  const ageMs = Math.max(1_000, Math.floor((atMs - incident.sinceMs) / 1_000) * 1_000);
  const told = incident.alert === "none" ? "nobody is told" : incident.alert;
  const state = incident.kind === "broken" ? "broken" : "not measured";
  const what =
    incident.kind === "budget"
      ? `${incident.product}: daily budget of bytes spent`
      : `${incident.datasetId}: ${incident.dimension} ${state}`;
  return `${what} for ${formatDuration(ageMs)} (${told}): ${incident.checkIds.join(", ")}`;
}

function rowOf({ slo, status: standing, lastHour }: SloReport): readonly string[] {
  const { remaining, remainingLower } = standing.budget;
  const [most, least] = [percent(remaining, 1), percent(remainingLower, 1)];
  return [
    slo.id,
    formatPercent(slo.objectivePpm),
    formatWindow(slo.window),
    percent(standing.sli, 3),
    least === most ? most : `${least} to ${most}`,
    lastHour.burnRate === null ? "unknown" : lastHour.burnRate.toFixed(2),
    percent(standing.coverage, 1),
    nowOf(standing),
  ];
}

function nowOf({ timeline }: SloReport["status"]): string {
  return timeline.at(-1)?.state ?? "unknown";
}

function styleOf({ status: standing }: SloReport): Style {
  const now = nowOf(standing);
  if (now === "good") {
    return "green";
  }
  return now === "bad" ? "red" : "dim";
}

function percent(ratio: number | null, digits: number): string {
  return ratio === null ? "unknown" : `${(ratio * 100).toFixed(digits)}%`;
}

function jsonOf({ atMs, slos, incidents, notPassing, disabled, costs, budgets }: StatusReport) {
  return {
    version: 1,
    at: new Date(atMs).toISOString(),
    slos: slos.map(({ slo, status: standing, lastHour, exclusions }) => ({
      ...sloStanding(slo, standing),
      burn_rate_1h: lastHour.burnRate,
      exclusions: exclusions.map(exclusionJson),
    })),
    incidents: incidents.map((incident) => ({
      id: incident.id,
      kind: incident.kind,
      product: incident.product,
      dataset: incident.datasetId,
      dimension: incident.dimension,
      alert: incident.alert,
      owner: incident.owner,
      since: new Date(incident.sinceMs).toISOString(),
      opened_at: new Date(incident.openedMs).toISOString(),
      checks: incident.checkIds,
    })),
    not_passing: notPassing.map(({ checkId, atMs: resultMs, result, evidence }) => ({
      id: checkId,
      outcome: result.outcome,
      summary: result.summary,
      evidence: evidence === null ? null : evidenceDocument(evidence),
      at: new Date(resultMs).toISOString(),
    })),
    costs: costs.map((cost) => ({ product: cost.product, ...costsDocument(cost) })),
    byte_budgets: budgets.map(({ scope, name, maxBytesPerDay, bytesToday }) => ({
      scope,
      name,
      max_bytes_per_day: maxBytesPerDay,
      bytes_today: bytesToday,
    })),
    disabled_checks: disabled.map(({ id, disabledReason }) => ({ id, reason: disabledReason })),
  };
}

export function declareStatus(commands: Commands): void {
  const command = withFormat(
    withSelectors(commands.add("status", "Show SLOs, budgets and open incidents, from the store.")),
    ["text", "json"],
  );
  commands.act(
    command,
    (selectors: string[], o: StatusOptions) => (context) => status(selectors, o, context),
  );
}
