/**
 * Every error that a user can meet, by its stable code. `docs/errors.md` is generated from this table.
 * `what` says what happened, `remedy` what to do about it.
 */
export const errorCodes = {
  TM_CONFIG_READ: {
    what: "A configuration file cannot be read: it is missing, a directory, too large, or not readable.",
    remedy: "Check the path, its permissions, and that it is an ordinary file of at most 1 MiB.",
  },
  TM_CONFIG_SYNTAX: {
    what: "A file is not valid YAML 1.2, or uses what Tidemark refuses (anchors that explode, duplicate keys).",
    remedy:
      "Mend the place named. YAML of another version may need quotes around `yes`, `no` or times.",
  },
  TM_CONFIG_UNKNOWN_KEY: {
    what: "A key is not known at this place.",
    remedy:
      "Use one of the keys listed in the message; the nearest one is suggested when it looks like a slip.",
  },
  TM_CONFIG_INVALID: {
    what: "A value has the wrong type or form, or a required key is missing.",
    remedy: "The message says what is allowed at this place.",
  },
  TM_CONFIG_DUPLICATE: {
    what: "A name that must be unique is used twice.",
    remedy: "Rename one of the two places named.",
  },
  TM_CONFIG_REFERENCE: {
    what: "A name refers to something that is not declared: a team, connection, notifier, calendar, product, dataset or check.",
    remedy: "Declare it, or use one of the names listed.",
  },
  TM_CONFIG_CYCLE: {
    what: "Products name one another as upstream in a circle.",
    remedy: "Remove one of the edges listed.",
  },
  TM_CONFIG_SCHEDULE: {
    what: "A schedule never falls due, or its cron expression or time zone does not exist.",
    remedy: "Use five cron fields with a day that exists, and an IANA zone such as Europe/Berlin.",
  },
  TM_CONFIG_CALENDAR_EXPIRED: {
    what: "A calendar that is used has ended, or will within 30 days: the holidays after its `valid_until` are not known.",
    remedy:
      "Add the holidays that follow and move `valid_until` on. Until then its checks end with `error: calendar_expired`.",
  },
  TM_CONFIG_CALENDAR_OPEN: {
    what: "A calendar lists holidays and does not say until when they are known.",
    remedy: "Give `valid_until`, the last day that its list of holidays is complete for.",
  },
  TM_CONFIG_RENAME: {
    what: "A `renamed_from` cannot be followed: the old name is still declared, or two things claim it.",
    remedy: "Name what the thing was called before, once, and under one thing only.",
  },
  TM_CONFIG_OBJECTIVE: {
    what: "An objective is not percent text, or is 0 % or 100 % or beyond.",
    remedy: "Write percent with at most four decimals, above 0 and below 100, e.g. `99.5%`.",
  },
  TM_CONFIG_EXPANSION: {
    what: "A reference of the form ${env:…} or ${file:…} cannot be resolved, or stands where none is allowed.",
    remedy:
      "Set the variable, give a default with `:-`, or move the secret into tidemark.yaml. Write `$${` for a literal.",
  },
  TM_CONFIG_NO_PRODUCTS: {
    what: "The globs under `products` match no file.",
    remedy: "Check the globs; they are relative to tidemark.yaml.",
  },
  TM_SLO_MIXED: {
    what: "The checks of an SLO are not counted in one unit: deliveries are no time.",
    remedy: "Make two SLOs: one over the checks with `by`, one over the others.",
  },
  TM_SLO_QUANTUM: {
    what: "One failed probe of a check spends more than the whole budget of the SLO.",
    remedy:
      "Probe more often, take a longer window, or write an objective of at most the one named. To keep it, put `# tidemark: allow TM_SLO_QUANTUM: reason` at the SLO.",
  },
  TM_SLO_FEW_FAILURES: {
    what: "The budget of the SLO has no room for four failed probes, so that it says little about how bad things are.",
    remedy:
      "As for TM_SLO_QUANTUM; `# tidemark: allow TM_SLO_FEW_FAILURES: reason` where it is meant so.",
  },
  TM_SLO_DELIVERIES: {
    what: "One missed delivery spends more than the whole budget of the SLO.",
    remedy:
      "Take a longer window, or write an objective of at most the one named; `# tidemark: allow TM_SLO_DELIVERIES: reason` where it is meant so.",
  },
  TM_SLO_WINDOW: {
    what: "The window of the SLO is longer than history is kept.",
    remedy: "Take a window of at most 400 days.",
  },
  TM_SLO_BURN_RATES: {
    what: "The objective is so low, or the window so long, that a burn rate that alerts watch for can never be reached.",
    remedy:
      "Write a higher objective; `# tidemark: allow TM_SLO_BURN_RATES: reason` where nobody is to be told so early.",
  },
  TM_SLO_INPUTS: {
    what: "The objective is above what the products upstream promise together in the same quality dimension.",
    remedy:
      "Promise no more than the inputs do, or agree on better ones; `# tidemark: allow TM_SLO_INPUTS: reason` where it does not depend on them.",
  },
  TM_SLO_ALLOW: {
    what: "A comment `# tidemark: allow …` does nothing: it is not understood, has no reason or a code that cannot be allowed, or there is nothing to allow.",
    remedy: "Write `# tidemark: allow <code>: reason` at the SLO that it is about, or take it out.",
  },
  TM_NOT_SUPPORTED: {
    what: "A key or command is part of the contract, and its behaviour is not built yet.",
    remedy:
      "Leave it out for now. It is refused so that nobody relies on a promise that is not watched.",
  },
  TM_SELECTOR: {
    what: "A selector matches no check, or is not of a known form.",
    remedy:
      "Use product, product/dataset, product/dataset/check, owner:…, domain:… or tier:…, with `*`.",
  },
  TM_USAGE: {
    what: "A command was called with wrong arguments.",
    remedy: "See `tidemark help <command>`.",
  },
  TM_STORE_LOCKED: {
    what: "Another process is writing to this store.",
    remedy: "Stop the other `tidemark serve`, or give this one a store of its own.",
  },
  TM_STORE_NEWER: {
    what: "The store was written by a newer version of Tidemark.",
    remedy: "Use that version or a later one; a downgrade needs a store of its own.",
  },
  TM_STORE_CORRUPT: {
    what: "The store's file is not a SQLite database, is damaged, or belongs to another program.",
    remedy:
      "Restore it from a backup, or move it away to start with an empty history. It is never emptied by itself.",
  },
  TM_STORE_UNAVAILABLE: {
    what: "The store cannot be opened, read or written.",
    remedy: "Check the path, its permissions and the free space of its disk.",
  },
  TM_HTTP_LISTEN: {
    what: "The HTTP server cannot listen on its address, or the address is not loopback and no token is set.",
    remedy: "Free the port, choose another under `http.listen`, or set `http.token`.",
  },
  TM_REPLAY_INPUT: {
    what: "The scenario given to `slo replay` is not valid.",
    remedy: "The message names the key and what is allowed there.",
  },
  TM_BACKTEST_SUBJECT: {
    what: "A check cannot be backtested: the data keeps no history of what it promises.",
    remedy:
      "Backtest a check of freshness, or of volume over a `window`; or name a dataset with `--type` and `--column`.",
  },
  TM_BACKTEST_HISTORY: {
    what: "The data has no history to backtest a promise on: no row, no two loads, or no whole day in the time asked for.",
    remedy:
      "Ask for more `--days`, for another `--until`, or name another `--column`; `--until newest` ends with the data.",
  },
  TM_INIT_EXISTS: {
    what: "`init` would overwrite a file.",
    remedy: "Choose an empty folder.",
  },
  TM_OPENSLO_INPUT: {
    what: "A file given to `import openslo` cannot be read, is not YAML, or breaks a rule of OpenSLO v1.",
    remedy:
      "The message names the key and what is allowed there; `docs/openslo.md` lists the rules.",
  },
  TM_OUTPUT_EXISTS: {
    what: "A command would overwrite a file that it did not write.",
    remedy: "Give another folder with `--out`, or move the file away.",
  },
  TM_OUTPUT_WRITE: {
    what: "A file that a command makes cannot be written, or one that it made cannot be removed.",
    remedy: "Check the path given with `--out`, its permissions and the free space of its disk.",
  },
  TM_INTERNAL: {
    what: "A fault in Tidemark itself.",
    remedy: "Please report it with the version and the log line; no data of yours is in it.",
  },
} as const satisfies Record<string, { what: string; remedy: string }>;

export type ErrorCode = keyof typeof errorCodes;

/** An error that a user is meant to read: a stable code and our own words. `cause` never reaches a user. */
export class TidemarkError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "TidemarkError";
    this.code = code;
    this.hint = options.hint;
  }
}

/** One finding in a configuration file. `line` and `column` start at 1. */
export interface Problem {
  readonly code: ErrorCode;
  readonly level: "error" | "warning";
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint?: string;
}
