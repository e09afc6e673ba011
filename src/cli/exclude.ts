import {
  addExclusion,
  type ExclusionState,
  endExclusion,
  type ListedExclusion,
  listExclusions,
  withdrawExclusion,
} from "../app/exclude.ts";
import { exclusionDocument } from "../app/slo-document.ts";
import type { ExclusionMode, ExclusionRecord, ExclusionSpan } from "../core/exclusion.ts";
import type { DurationMs } from "../core/vocabulary.ts";
import { formatDuration } from "../time/duration.ts";
import type { CommandContext } from "./command-context.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { instantText } from "./instant-text.ts";
import { type Style, type Terminal, table } from "./terminal.ts";

export interface ExcludeAddOptions {
  readonly from: string;
  readonly to?: string;
  readonly for?: string;
  readonly reason: string;
  readonly author?: string;
  readonly mode?: ExclusionMode;
}

export interface ExcludeListOptions {
  readonly format: "text" | "json";
}

export interface ExcludeEndOptions {
  readonly author?: string;
}

export interface ExcludeWithdrawOptions {
  readonly reason: string;
  readonly author?: string;
}

/** What a mode does to the time of an exclusion, for people. */
const modeWords: Readonly<Record<ExclusionMode, string>> = {
  remove: "its time is taken out of the window, and the error budget shrinks with it",
  good: "its time counts as good",
};

/** `tidemark exclude add`: excuses time of a product or of one SLO, with who and why. */
export async function excludeAdd(
  target: string,
  { from, to, for: length, reason, author, mode }: ExcludeAddOptions,
  { configPath, env, terminal, logger }: CommandContext,
): Promise<ExitCode> {
  const asked = {
    target,
    from,
    reason,
    ...(to === undefined ? {} : { to }),
    ...(length === undefined ? {} : { for: length }),
    ...(author === undefined ? {} : { author }),
    ...(mode === undefined ? {} : { mode }),
  };
  const record = await addExclusion(asked, { configPath, env, logger });
  terminal.out(`${terminal.paint("bold", record.id)}: ${target} is excluded ${spanText(record)}`);
  terminal.out(`  mode ${record.mode}: ${modeWords[record.mode]}`);
  terminal.out(`  by ${record.author}: ${record.reason}`);
  if (record.toMs === null) {
    terminal.out(`  \`tidemark exclude end ${record.id}\` ends it`);
  }
  return exitCodes.ok;
}

/** `tidemark exclude end`: what it excused until now stays so. */
export async function excludeEnd(
  id: string,
  { author }: ExcludeEndOptions,
  { configPath, env, terminal, logger }: CommandContext,
): Promise<ExitCode> {
  const record = await endExclusion(id, author, { configPath, env, logger });
  const hasBegun = (record.endedMs ?? 0) > record.fromMs;
  const left = hasBegun
    ? `stays excluded ${spanText(record)}`
    : "is not excluded: it had not begun";
  terminal.out(`${terminal.paint("bold", record.id)} is ended: ${record.target} ${left}`);
  return exitCodes.ok;
}

/** `tidemark exclude withdraw`: takes one back that should never have been, its past included. */
export async function excludeWithdraw(
  id: string,
  { reason, author }: ExcludeWithdrawOptions,
  { configPath, env, terminal, logger }: CommandContext,
): Promise<ExitCode> {
  const record = await withdrawExclusion(id, { reason, author }, { configPath, env, logger });
  terminal.out(
    `${terminal.paint("bold", record.id)} is withdrawn: ${record.target} is no longer excluded ${spanText(record)}`,
  );
  terminal.out(`  by ${record.withdrawal?.by ?? ""}: ${record.withdrawal?.reason ?? ""}`);
  return exitCodes.ok;
}

/** `tidemark exclude list`: those made by command, and those of the product files. */
export async function excludeList(
  selectors: readonly string[],
  options: ExcludeListOptions,
  { configPath, env, terminal, logger }: CommandContext,
): Promise<ExitCode> {
  const listed = await listExclusions(selectors, { configPath, env, logger });
  if (options.format === "json") {
    terminal.out(JSON.stringify({ version: 1, exclusions: listed.map(jsonOf) }, null, 2));
  } else {
    printText(listed, terminal);
  }
  return exitCodes.ok;
}

const headings = ["target", "state", "mode", "from", "to", "id", "by", "made", "why"];

const stateStyles: Readonly<Record<ExclusionState, Style>> = {
  planned: "blue",
  running: "yellow",
  over: "dim",
  ended: "dim",
  withdrawn: "dim",
};

function printText(listed: readonly ListedExclusion[], terminal: Terminal): void {
  if (listed.length === 0) {
    terminal.out("no exclusions");
    return;
  }
  terminal.out(
    table([headings, ...listed.map(rowOf)], (cell, row, column) => {
      const state = listed[row - 1]?.state;
      if (state === undefined) {
        return terminal.paint("bold", cell);
      }
      return column === 1 ? terminal.paint(stateStyles[state], cell) : cell;
    }),
  );
}

function rowOf(one: ListedExclusion): readonly string[] {
  const { target, state } = one;
  if (one.source === "command") {
    const { fromMs, mode, id, author, createdMs } = one.record;
    const times = [instantText(fromMs), endText(one.record)];
    return [target, state, mode, ...times, id, author, instantText(createdMs), whyText(one.record)];
  }
  const { mode, span, reason } = one.planned;
  const words = reason.replaceAll(/\s+/g, " ").trim();
  const why = span.kind === "range" ? words : `${words} (${recurrenceText(span)})`;
  const { shown } = one;
  const times = shown === null ? ["", ""] : [instantText(shown.fromMs), instantText(shown.toMs)];
  return [target, state, mode, ...times, "", "product file", "", why];
}

/** The reason, and who ended it or took it back. */
function whyText({ reason, endedBy, withdrawal }: ExclusionRecord): string {
  if (withdrawal !== null) {
    return `${reason} (withdrawn by ${withdrawal.by}: ${withdrawal.reason})`;
  }
  return endedBy === null ? reason : `${reason} (ended by ${endedBy})`;
}

/** `from 2026-… to 2026-… (6h)` */
function spanText(record: ExclusionRecord): string {
  const endMs = record.endedMs ?? record.toMs;
  const from = `from ${instantText(record.fromMs)}`;
  return endMs === null
    ? `${from} until it is ended`
    : `${from} to ${instantText(endMs)} (${lengthText(endMs - record.fromMs)})`;
}

/** To the second, as the instants are. */
function lengthText(ms: DurationMs): string {
  return formatDuration(Math.max(1, Math.round(ms / 1_000)) * 1_000);
}

function endText({ fromMs, toMs, endedMs }: ExclusionRecord): string {
  const endMs = endedMs ?? toMs;
  if (endMs === null) {
    return "until it is ended";
  }
  return endMs <= fromMs ? "(never began)" : instantText(endMs);
}

function recurrenceText(span: Exclude<ExclusionSpan, { readonly kind: "range" }>): string {
  return span.kind === "calendar"
    ? `the days outside of ${span.calendar.name}, ${span.timezone}`
    : `${span.rule} from ${span.start} ${span.timezone}, ${formatDuration(span.durationMs)} each`;
}

/** As in `status`, with what it is of, how things stand with it, and how it recurs. */
function jsonOf(one: ListedExclusion) {
  const { target, state } = one;
  if (one.source === "command") {
    const { record } = one;
    const { mode, reason } = record;
    const document = exclusionDocument({ record, mode, reason, times: [] });
    return { target, state, recurrence: null, ...document };
  }
  const { shown } = one;
  const { mode, reason, span } = one.planned;
  const times = shown === null ? [] : [shown];
  return {
    target,
    state,
    recurrence: span.kind === "range" ? null : recurrenceText(span),
    ...exclusionDocument({ record: null, mode, reason, times }),
    ...(shown === null ? { from: null, to: null } : {}),
  };
}
