/** From what somebody asked for on the command line to an exclusion's record. */
import { userInfo } from "node:os";
import { isRealDay } from "../config/fields.ts";
import { TidemarkError } from "../core/errors.ts";
import type { ExclusionMode, ExclusionRecord } from "../core/exclusion.ts";
import type { EpochMs } from "../core/vocabulary.ts";
import { parseDuration } from "../time/duration.ts";

/** As it was written. */
export interface AskedExclusion {
  readonly target: string;
  readonly from: string;
  readonly to?: string;
  /** A duration instead of `to`. */
  readonly for?: string;
  readonly reason: string;
  readonly author?: string;
  readonly mode?: ExclusionMode;
}

const longestReason = 500;
const longestAuthor = 200;

/** The last instant that a date of ISO 8601 can name with four digits of year. */
const lastMs = Date.UTC(9999, 11, 31);

/**
 * The record of a new exclusion. What is known before it begins takes its time out of the window, and a correction
 * afterwards counts as good (slo.md §2), unless `mode` says otherwise. Throws `TM_USAGE`.
 */
export function recordOf(
  asked: AskedExclusion,
  { id, nowMs }: { readonly id: string; readonly nowMs: EpochMs },
): ExclusionRecord {
  const fromMs = instantOf("--from", asked.from, nowMs);
  const toMs = endOfAsked(asked, fromMs, nowMs);
  if (toMs !== null && toMs <= fromMs) {
    throw new TidemarkError("TM_USAGE", "the exclusion does not end after it begins", {
      hint: `It would last from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}.`,
    });
  }
  return {
    id,
    target: asked.target,
    fromMs,
    toMs,
    mode: asked.mode ?? (fromMs >= nowMs ? "remove" : "good"),
    reason: reasonOf(asked.reason),
    author: authorOf(asked.author),
    createdMs: nowMs,
    endedMs: null,
    endedBy: null,
    withdrawal: null,
  };
}

/** Why it is done, as one line. Throws `TM_USAGE`. */
export function reasonOf(said: string): string {
  return lineOf("--reason", said, longestReason);
}

/** Who does it: as said, else the user of the operating system. Throws `TM_USAGE` when neither is known. */
export function authorOf(said: string | undefined): string {
  return lineOf("--author", said ?? userName(), longestAuthor);
}

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    throw new TidemarkError("TM_USAGE", "the operating system does not know who you are", {
      hint: "Say it with `--author NAME`.",
    });
  }
}

function endOfAsked(asked: AskedExclusion, fromMs: EpochMs, nowMs: EpochMs): EpochMs | null {
  if (asked.for === undefined) {
    return asked.to === undefined ? null : instantOf("--to", asked.to, nowMs);
  }
  if (asked.to !== undefined) {
    throw new TidemarkError("TM_USAGE", "`--to` and `--for` both say when it ends", {
      hint: "Give one of them, or neither for one that lasts until it is ended.",
    });
  }
  const lengthMs = parseDuration(asked.for);
  if (lengthMs === null || fromMs + lengthMs > lastMs) {
    throw new TidemarkError("TM_USAGE", `\`--for ${asked.for}\` is no length of time`, {
      hint: "Write a duration such as `90s`, `15m`, `1h30m` or `2d`.",
    });
  }
  return fromMs + lengthMs;
}

/** `now`, a day from its start in UTC, or an instant with its offset: a local time would be another one elsewhere. */
function instantOf(option: string, text: string, nowMs: EpochMs): EpochMs {
  if (text === "now") {
    return nowMs;
  }
  const isForm = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.test(
    text,
  );
  const ms = isForm && isRealDay(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new TidemarkError("TM_USAGE", `\`${option} ${text}\` is no instant`, {
      hint: "Write `now`, a day such as `2026-01-31`, or an instant such as `2026-01-31T06:00:00+01:00`.",
    });
  }
  return ms;
}

/** One line of text without control characters: it is printed on terminals, and shown in reports. */
function lineOf(option: string, text: string, longest: number): string {
  const line = text.replaceAll(/\s+/gu, " ").trim();
  if (line === "" || line.length > longest || /\p{Cc}/u.test(line)) {
    throw new TidemarkError(
      "TM_USAGE",
      line === ""
        ? `\`${option}\` is empty`
        : `\`${option}\` is no line of at most ${longest} characters`,
      { hint: "Say in a few words what those will understand who read it in a year." },
    );
  }
  return line;
}
