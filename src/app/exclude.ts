/** Exclusions by command: what `tidemark exclude` adds, lists, ends and withdraws, beside a daemon that runs or not. */
import { hintFor } from "../config/suggest.ts";
import { TidemarkError } from "../core/errors.ts";
import type {
  ExcludedTime,
  ExclusionRecord,
  PlannedExclusion,
  Withdrawal,
} from "../core/exclusion.ts";
import type { Logger } from "../core/logger.ts";
import type { Mesh, Slo } from "../core/mesh.ts";
import type { Store, StoreParts } from "../core/store.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { endOf } from "../engine/excluded.ts";
import { selectWatched } from "../engine/select.ts";
import { excludedTimes } from "../time/recurrence.ts";
import { systemClock } from "./clock.ts";
import { createLoader, type Environment } from "./configuration.ts";
import { type AskedExclusion, authorOf, reasonOf, recordOf } from "./exclusion-request.ts";
import { newId } from "./ids.ts";
import { withStore } from "./read-store.ts";

export interface ExcludeContext {
  readonly configPath: string;
  readonly env: Environment;
  readonly logger: Logger;
}

/**
 * - planned: it has not begun, or recurs and does not excuse just now.
 * - running: it excuses now.
 * - over: its time has passed.
 * - ended: somebody ended it, so that it excuses nothing from then on.
 * - withdrawn: somebody took it back, so that it excuses nothing at all.
 */
export type ExclusionState = "planned" | "running" | "over" | "ended" | "withdrawn";

/** One that was made by command, or one of an SLO's own. */
export type ListedExclusion =
  | {
      readonly source: "command";
      readonly target: string;
      readonly state: ExclusionState;
      readonly record: ExclusionRecord;
    }
  | {
      readonly source: "product_file";
      readonly target: string;
      readonly state: ExclusionState;
      readonly planned: PlannedExclusion;
      /** Of one that recurs what excuses now or next, if anything does within 400 days. */
      readonly shown: ExcludedTime | null;
    };

/** How far a recurring exclusion is looked for: a yearly one has one by then, and few began longer ago. */
const lookMs = { back: 32 * 86_400_000, ahead: 400 * 86_400_000 };

/**
 * Writes an exclusion to the store. Throws `TM_USAGE` for times, a reason or an author that cannot be,
 * `TM_CONFIG_REFERENCE` for a target that is not declared, and what opening a store throws.
 */
export function addExclusion(
  asked: AskedExclusion,
  context: ExcludeContext,
): Promise<ExclusionRecord> {
  return withStoreOf(context, "command", async (mesh, store) => {
    assertDeclared(asked.target, mesh);
    const record = recordOf(asked, { id: newId(), nowMs: systemClock.now() });
    await store.exclusions.add(record);
    return record;
  });
}

/** Ends one now; what it excused until now stays. Throws `TM_CONFIG_REFERENCE`, or `TM_USAGE` when it is over. */
export function endExclusion(
  id: string,
  author: string | undefined,
  context: ExcludeContext,
): Promise<ExclusionRecord> {
  const by = authorOf(author);
  return changeExclusion(id, context, async (record, exclusions, nowMs) => {
    assertOpen(record, nowMs);
    await exclusions.end(id, nowMs, by);
    return { ...record, endedMs: nowMs, endedBy: by };
  });
}

/**
 * Takes one back that should never have been: it excuses nothing any more, whether it is planned, runs, or is over
 * long since, and stays on record with who withdrew it and why. Throws `TM_CONFIG_REFERENCE`, or `TM_USAGE` when
 * it was withdrawn before.
 */
export function withdrawExclusion(
  id: string,
  { reason, author }: { readonly reason: string; readonly author: string | undefined },
  context: ExcludeContext,
): Promise<ExclusionRecord> {
  const said = { by: authorOf(author), reason: reasonOf(reason) };
  return changeExclusion(id, context, async (record, exclusions, nowMs) => {
    assertNotWithdrawn(record);
    const withdrawal: Withdrawal = { atMs: nowMs, ...said };
    await exclusions.withdraw(id, withdrawal);
    return { ...record, withdrawal };
  });
}

/** Reads one and changes it in one transaction, so that of two who do so at once one is told. */
function changeExclusion(
  id: string,
  context: ExcludeContext,
  change: (
    record: ExclusionRecord,
    exclusions: StoreParts["exclusions"],
    nowMs: EpochMs,
  ) => Promise<ExclusionRecord>,
): Promise<ExclusionRecord> {
  return withStoreOf(context, "command", async (_mesh, store) => {
    const nowMs = systemClock.now();
    return await store.transaction(async ({ exclusions }) => {
      const records = await exclusions.list();
      const record = records.find((one) => one.id === id);
      if (record === undefined) {
        const known = records.flatMap((one) => (one.withdrawal === null ? [one.id] : []));
        throw new TidemarkError("TM_CONFIG_REFERENCE", `there is no exclusion \`${id}\``, {
          hint: hintFor(id, known.toReversed(), "exclusion"),
        });
      }
      return await change(record, exclusions, nowMs);
    });
  });
}

/** All exclusions of the selected SLOs, or simply all: by target, those of the product files first. */
export function listExclusions(
  selectors: readonly string[],
  context: ExcludeContext,
): Promise<readonly ListedExclusion[]> {
  return withStoreOf(context, "readOnly", async (mesh, store) => {
    const nowMs = systemClock.now();
    const { slos, checks } = selectWatched(mesh, selectors);
    const targets = new Set([...slos, ...checks].flatMap(({ id, product }) => [id, product]));
    const records = await store.exclusions.list();
    return [
      ...slos.flatMap((slo) => declaredIn(slo, nowMs)),
      ...records
        .filter(({ target }) => selectors.length === 0 || targets.has(target))
        .map((record) => ({
          source: "command" as const,
          target: record.target,
          state: stateOf(record, nowMs),
          record,
        })),
    ].toSorted((a, b) => (a.target < b.target ? -1 : Number(a.target > b.target)));
  });
}

function declaredIn(slo: Slo, nowMs: EpochMs): readonly ListedExclusion[] {
  return slo.exclusions.map((planned) => {
    const { span, mode } = planned;
    const times =
      span.kind === "range"
        ? [{ fromMs: span.fromMs, toMs: span.toMs, mode }]
        : excludedTimes(planned, nowMs - lookMs.back, nowMs + lookMs.ahead);
    const next = times.find(({ toMs }) => toMs > nowMs);
    const state = next === undefined ? "over" : next.fromMs <= nowMs ? "running" : "planned";
    const shown = next ?? (span.kind === "range" ? (times[0] ?? null) : null);
    return { source: "product_file", target: slo.id, state, planned, shown };
  });
}

function stateOf(record: ExclusionRecord, nowMs: EpochMs): ExclusionState {
  if (record.withdrawal !== null) {
    return "withdrawn";
  }
  if (record.endedMs !== null) {
    return "ended";
  }
  if (nowMs < record.fromMs) {
    return "planned";
  }
  return nowMs < (endOf(record) ?? Infinity) ? "running" : "over";
}

function isOpen(state: ExclusionState): boolean {
  return state === "planned" || state === "running";
}

function assertOpen(record: ExclusionRecord, nowMs: EpochMs): void {
  if (isOpen(stateOf(record, nowMs))) {
    return;
  }
  assertNotWithdrawn(record);
  const { id, endedBy } = record;
  const since = new Date(endOf(record) ?? nowMs).toISOString();
  throw new TidemarkError(
    "TM_USAGE",
    endedBy === null
      ? `exclusion \`${id}\` is over since ${since}`
      : `exclusion \`${id}\` was ended by ${endedBy} at ${since}`,
    {
      hint: `What it excused stays so, unless it was a mistake: \`tidemark exclude withdraw ${id} --reason …\` takes it back.`,
    },
  );
}

function assertNotWithdrawn({ id, withdrawal }: ExclusionRecord): void {
  if (withdrawal !== null) {
    const { atMs, by, reason } = withdrawal;
    throw new TidemarkError(
      "TM_USAGE",
      `exclusion \`${id}\` was withdrawn by ${by} at ${new Date(atMs).toISOString()}: ${reason}`,
      { hint: "It excuses nothing any more. Add another one where time is to be excused." },
    );
  }
}

function assertDeclared(target: string, mesh: Mesh): void {
  if (!mesh.products.has(target) && !mesh.slos.has(target)) {
    const known = target.includes("/") ? mesh.slos : mesh.products;
    throw new TidemarkError("TM_CONFIG_REFERENCE", `there is no product and no SLO \`${target}\``, {
      hint: hintFor(target, [...known.keys()], "SLO"),
    });
  }
}

function withStoreOf<T>(
  { configPath, env, logger }: ExcludeContext,
  access: "command" | "readOnly",
  use: (mesh: Mesh, store: Store) => Promise<T>,
): Promise<T> {
  return withStore(createLoader(env), configPath, logger, use, access);
}
