import { systemClock } from "../app/clock.ts";
import { type CostPlan, type ProbeEstimate, planCost, type Total } from "../app/cost-plan.ts";
import { formatBytes } from "../core/bytes.ts";
import type { Mesh } from "../core/mesh.ts";
import type { CommandContext } from "./command-context.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { counted, type Terminal, table } from "./terminal.ts";

/** `tidemark plan --cost`: what the schedules are estimated to cost on a day. */
export async function printCost(
  mesh: Mesh,
  selectors: readonly string[],
  format: "text" | "json",
  { terminal, logger, signal }: CommandContext,
): Promise<ExitCode> {
  const plan = await planCost(mesh, { selectors, clock: systemClock, signal, logger });
  if (format === "json") {
    terminal.out(JSON.stringify(jsonOf(plan, mesh), null, 2));
  } else {
    printText(plan, mesh, terminal);
  }
  return plan.probes.some(({ failure }) => failure !== null) ? exitCodes.unmeasured : exitCodes.ok;
}

const bases = { dry_run: "by a dry run", table_size: "by the table's size, at most" } as const;

const headings = [
  "dataset",
  "connection",
  "schedule",
  "runs a day",
  "statements",
  "a run",
  "a day",
];

function printText({ probes, products, connections }: CostPlan, mesh: Mesh, terminal: Terminal) {
  const rows = probes.map((probe) => [
    probe.dataset,
    probe.connection,
    probe.schedule,
    count(probe.runsPerDay),
    String(probe.statements),
    `${bytesWords(probe.bytesPerRun)}${probe.basis === null ? "" : ` (${bases[probe.basis]})`}`,
    bytesWords(perDay(probe)),
  ]);
  terminal.out(heading([headings, ...rows], terminal));
  for (const { dataset, failure } of probes) {
    if (failure !== null) {
      terminal.out(`  ${dataset}: ${failure.message}${failure.hint ? ` ${failure.hint}` : ""}`);
    }
  }
  const standing = probes.flatMap(({ mayStand }) => mayStand);
  if (standing.length > 0) {
    terminal.out(`\nLess while no row changes: ${standing.join(", ")}`);
  }
  terminal.out("");
  terminal.out(
    heading(
      [["product", "a day"], ...products.map((one) => [one.name, totalWords(one)])],
      terminal,
    ),
  );
  terminal.out("");
  const budgets = connections.map(({ name }) => mesh.connections.get(name)?.maxBytesPerDay ?? null);
  terminal.out(
    heading(
      [
        ["connection", "a day"],
        ...connections.map((one, index) => [
          one.name,
          `${totalWords(one)}${ofBudget(budgets[index])}`,
        ]),
      ],
      terminal,
    ),
  );
  for (const { name, awake } of connections) {
    if (awake !== null) {
      terminal.out(
        `  ${name} is awake for ${count(awake.awakeMs / 60_000)} minutes a day, woken ${count(awake.wakeUps)} times; assumed: it suspends itself after ${awake.autoSuspendMs / 1000} s, and statements are short`,
      );
    }
  }
  terminal.out(
    "\nLooks just in time and confirmations come on top; reads of metadata are left out.",
  );
}

function heading(rows: readonly (readonly string[])[], terminal: Terminal): string {
  return table(rows, (cell, row) => (row === 0 ? terminal.paint("bold", cell) : cell));
}

function perDay({ bytesPerRun, runsPerDay }: ProbeEstimate): number | null {
  return bytesPerRun === null ? null : bytesPerRun * runsPerDay;
}

function bytesWords(bytes: number | null): string {
  return bytes === null ? "not known" : formatBytes(bytes);
}

function totalWords({ bytesPerDay, notKnown }: Total): string {
  const rest = notKnown === 0 ? "" : ` and what is not known of ${counted(notKnown, "schedule")}`;
  return bytesPerDay === null ? "not known" : `${formatBytes(bytesPerDay)}${rest}`;
}

function ofBudget(maxBytesPerDay: number | null | undefined): string {
  return maxBytesPerDay ? ` of ${formatBytes(maxBytesPerDay)}` : "";
}

/** With at most two decimals: a weekly schedule runs 0.14 times a day. */
function count(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function jsonOf({ probes, products, connections }: CostPlan, mesh: Mesh) {
  return {
    version: 1,
    estimates: probes.map((probe) => ({
      dataset: probe.dataset,
      product: probe.product,
      connection: probe.connection,
      checks: probe.checkIds,
      schedule: probe.schedule,
      runs_per_day: probe.runsPerDay,
      statements: probe.statements,
      bytes_per_run: probe.bytesPerRun,
      bytes_per_day: perDay(probe),
      basis: probe.basis,
      may_stand: probe.mayStand,
      failure:
        probe.failure === null
          ? null
          : { kind: probe.failure.kind, message: probe.failure.message },
    })),
    products: products.map(totalJson),
    connections: connections.map(({ awake, ...total }) => ({
      ...totalJson(total),
      max_bytes_per_day: mesh.connections.get(total.name)?.maxBytesPerDay ?? null,
      awake:
        awake === null
          ? null
          : {
              wake_ups_per_day: awake.wakeUps,
              minutes_per_day: awake.awakeMs / 60_000,
              assumed_auto_suspend_seconds: awake.autoSuspendMs / 1000,
            },
    })),
  };
}

function totalJson({ name, bytesPerDay, notKnown }: Total) {
  return { name, bytes_per_day: bytesPerDay, schedules_not_known: notKnown };
}
