/** What must be true after any number of kills, checked from the store and the receivers alone. */
import { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import type { Delivery, Incident } from "../../src/core/incident.ts";
import type { ResultRecord, Store } from "../../src/core/store.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { silentLogger } from "../../test/helpers/silent-logger.ts";
import type { Aftermath } from "./campaign.ts";
import { breaking, maxAgeMs } from "./mesh.ts";
import { type ChannelName, channelNames, type Receipt } from "./receivers.ts";

export interface Finding {
  readonly what: string;
  readonly isTrue: boolean;
  readonly seen?: unknown;
}

export interface Audit {
  readonly findings: readonly Finding[];
  readonly figures: Readonly<Record<string, number | string>>;
}

export async function audit(aftermath: Aftermath): Promise<Audit> {
  const store = await openSqliteStore(aftermath.storePath, {
    access: "readOnly",
    logger: silentLogger,
  });
  try {
    const slots = slotsOf(aftermath.storePath);
    const incidents = (await store.incidents.recent(10_000)).toReversed();
    const ledger = await store.outbox.list(100_000);
    const history = await historyOf(store);
    const receipts = aftermath.receivers.receipts();
    const endings = await store.slots.countByEnding();
    return {
      findings: [
        { what: "the last daemon comes to rest", isTrue: aftermath.hasSettled },
        equal("it drains and exits with 0", aftermath.exitCode, 0),
        none("no log has a line of level error", aftermath.errors),
        ...slotFindings(slots),
        ...incidentFindings(incidents, history),
        ...ledgerFindings(incidents, ledger),
        ...channelNames.flatMap((name) =>
          receiptFindings(
            name,
            receipts[name],
            ledger,
            aftermath.kills.map(({ received }) => received[name]),
          ),
        ),
        ...(await threadFindings(receipts, incidents, store)),
      ],
      figures: {
        kills: aftermath.kills.length,
        "turns of the data": aftermath.turns,
        ...Object.fromEntries(
          Object.entries(endings).map(([ending, count]) => [`slots ${ending}`, count]),
        ),
        results: [...history.values()].reduce((sum, records) => sum + records.length, 0),
        incidents: incidents.length,
        notices: new Set(ledger.map(({ notice }) => notice.id)).size,
        deliveries: ledger.length,
        ...Object.fromEntries(
          channelNames.map((name) => {
            const repeats =
              receipts[name].length - new Set(receipts[name].map(({ key }) => key)).size;
            return [`received by ${name}`, `${receipts[name].length}, ${repeats} of them repeats`];
          }),
        ),
      },
    };
  } finally {
    await store[Symbol.asyncDispose]();
  }
}

interface SlotRow {
  readonly probe_id: string;
  readonly due_ms: number;
  readonly kind: string;
  readonly ending: string | null;
}

interface Slots {
  readonly rows: readonly SlotRow[];
  readonly missed: readonly {
    readonly probe_id: string;
    readonly from_ms: number;
    readonly to_ms: number;
  }[];
  /** Results whose slot does not say `done`. */
  readonly strayResults: number;
}

/** The port lists no slots, so the table is read as it is. */
function slotsOf(path: string): Slots {
  using db = new DatabaseSync(path, { readOnly: true });
  return {
    rows: db
      .prepare("SELECT probe_id, due_ms, kind, ending FROM slots")
      .all() as unknown as SlotRow[],
    missed: db.prepare("SELECT * FROM missed_slots").all() as unknown as Slots["missed"],
    strayResults: Number(
      db
        .prepare(
          `SELECT count(*) AS count FROM results JOIN slots ON slots.id = slot_id
           WHERE ending IS NOT 'done'`,
        )
        .get()?.["count"],
    ),
  };
}

function slotFindings({ rows, missed, strayResults }: Slots): readonly Finding[] {
  const probes = [...new Set(rows.map(({ probe_id }) => probe_id))];
  return [
    none(
      "every slot has an ending, but for confirmations that are not due yet",
      rows.filter(
        ({ ending, kind, due_ms }) =>
          ending === null && !(kind === "confirm" && due_ms > Date.now() - 2_000),
      ),
    ),
    equal("every result belongs to a slot that is done", strayResults, 0),
    ...probes.map((probe) =>
      none(
        `${probe}: every due time from the first to the last has one slot, or was noted as missed`,
        gapsOf(
          probe,
          rows.filter(({ probe_id }) => probe_id === probe),
          missed.filter(({ probe_id }) => probe_id === probe),
        ),
      ),
    ),
  ];
}

/** Due times that are covered by no slot, or by more than one; probes of this mesh are due every second or two. */
function gapsOf(
  probe: string,
  rows: readonly SlotRow[],
  missed: Slots["missed"],
): readonly string[] {
  const everyMs = Number(/@(\d+)s$/.exec(probe)?.[1]) * 1_000;
  const scheduled = rows.filter(({ kind }) => kind === "scheduled").map(({ due_ms }) => due_ms);
  const offsetMs = (scheduled[0] ?? 0) % everyMs;
  const times = rows.filter(({ kind }) => kind !== "confirm").map(({ due_ms }) => due_ms);
  for (const { from_ms, to_ms } of missed) {
    for (let dueMs = from_ms; dueMs <= to_ms; dueMs += everyMs) {
      times.push(dueMs);
    }
  }
  const due = times.filter((dueMs) => dueMs % everyMs === offsetMs).sort((a, b) => a - b);
  return due.flatMap((dueMs, index) => {
    const gapMs = dueMs - (due[index - 1] ?? dueMs - everyMs);
    return gapMs === everyMs ? [] : [`${gapMs} ms before ${new Date(dueMs).toISOString()}`];
  });
}

async function historyOf(store: Store): Promise<ReadonlyMap<string, readonly ResultRecord[]>> {
  const history = new Map<string, readonly ResultRecord[]>();
  for (const checkId of (await store.results.latest()).keys()) {
    history.set(checkId, await store.results.history(checkId, 0, Number.MAX_SAFE_INTEGER));
  }
  return history;
}

/** Reads from the results alone which incidents there must have been, and compares. */
function incidentFindings(
  incidents: readonly Incident[],
  history: ReadonlyMap<string, readonly ResultRecord[]>,
): readonly Finding[] {
  return [
    none(
      "no incident is open",
      incidents.filter(({ endedMs }) => endedMs === null),
    ),
    { what: "promises broke and healed", isTrue: incidents.length > 0 },
    ...breaking.map((checkId) => {
      const records = history.get(checkId) ?? [];
      const datasetId = checkId.split("/").slice(0, 2).join("/");
      const own = incidents.filter((incident) => incident.datasetId === datasetId);
      return equal(
        `${checkId}: its incidents are those that its results ask for`,
        own.map(({ sinceMs, openedMs, endedMs }) => ({ sinceMs, openedMs, endedMs })),
        incidentsBy(records),
      );
    }),
  ];
}

type Span = Pick<Incident, "sinceMs" | "openedMs" | "endedMs">;

/**
 * Opened by the second conclusive fail in a row, ended by the next pass. It began with the first fail: data turns
 * stale here by going back, and nobody knows since when; only the very first probe has nothing to go back from.
 */
function incidentsBy(records: readonly ResultRecord[]): readonly Span[] {
  const spans: Span[] = [];
  const [first] = records;
  let suspectMs: number | null = null;
  let open: Span | null = null;
  for (const { result, atMs } of records) {
    if (result.outcome === "pass" || result.outcome === "warn") {
      if (open !== null) {
        spans.push({ ...open, endedMs: atMs });
      }
      suspectMs = null;
      open = null;
    } else if (result.outcome === "fail" && open === null) {
      open = suspectMs === null ? null : { sinceMs: suspectMs, openedMs: atMs, endedMs: null };
      const hasGoneBack = first?.atMs !== atMs || result.newestMs === undefined;
      suspectMs ??= hasGoneBack ? atMs : result.newestMs + maxAgeMs;
    }
  }
  return open === null ? spans : [...spans, open];
}

function ledgerFindings(
  incidents: readonly Incident[],
  ledger: readonly Delivery[],
): readonly Finding[] {
  const told = new Set(
    ledger.map(({ notifier, notice }) => `${notice.incidentId} ${notice.change} ${notifier}`),
  );
  const owed = incidents.flatMap(({ id }) =>
    ["opened", "resolved"].flatMap((change) =>
      channelNames.map((name) => `${id} ${change} ${name}`),
    ),
  );
  return [
    none(
      "every incident's opening and end is owed to each channel",
      owed.filter((one) => !told.has(one)),
    ),
    equal("and nothing else is", ledger.length, owed.length),
    none(
      "every delivery is sent: none is pending, none was given up",
      ledger.filter(({ state }) => state !== "sent"),
    ),
  ];
}

/** `lives`: how many receipts there were when each daemon was killed. */
function receiptFindings(
  name: ChannelName,
  receipts: readonly Receipt[],
  ledger: readonly Delivery[],
  lives: readonly number[],
): readonly Finding[] {
  const owed = ledger.filter(({ notifier }) => notifier === name).map(({ notice }) => notice.id);
  const inOrder = receipts
    .map(({ noticeId }) => noticeId)
    .filter((noticeId, index, all) => noticeId !== all[index - 1]);
  const keys = new Map<string, Set<string>>();
  for (const { noticeId, key } of receipts) {
    keys.set(noticeId, (keys.get(noticeId) ?? new Set()).add(key));
  }
  const bounds = [0, ...lives, receipts.length];
  const repeatsByLife = bounds.slice(1).map((end, life) => {
    const start = bounds[life] ?? 0;
    const before = new Set(receipts.slice(0, start).map(({ key }) => key));
    const own = receipts.slice(start, end).map(({ key }) => key);
    return {
      afterKill: own.filter((key) => before.has(key)).length,
      withinLife: own.length - new Set(own).size,
    };
  });
  return [
    equal(`${name}: every notice arrived, in order, repeats beside the first`, inOrder, owed),
    none(
      `${name}: a kill makes at most one repeat, and nothing else makes any`,
      repeatsByLife.filter(({ afterKill, withinLife }) => afterKill > 1 || withinLife > 0),
    ),
    none(
      `${name}: a repeat has the id of the first`,
      [...keys].filter(([, own]) => own.size > 1).map(([noticeId]) => noticeId),
    ),
  ];
}

/** All of an incident stands in one place: one Slack thread, one conversation of mails. */
async function threadFindings(
  receipts: Readonly<Record<ChannelName, readonly Receipt[]>>,
  incidents: readonly Incident[],
  store: Store,
): Promise<readonly Finding[]> {
  const strays: Receipt[] = [];
  for (const { id } of incidents) {
    const address = "#data-oncall";
    const externalId = await store.outbox.externalId(id, "slack", address);
    const ts = externalId?.split(":")[1] ?? null;
    const posts = receipts.slack.filter(({ incidentId }) => incidentId === id);
    const isKnown = posts.some(({ place, thread }) => place === ts && thread === null);
    strays.push(...posts.filter(({ thread }) => !isKnown || (thread !== null && thread !== ts)));
    const mails = receipts.email.filter(({ incidentId }) => incidentId === id);
    const root = mails.find(({ thread }) => thread === null)?.place;
    strays.push(
      ...mails.filter(({ thread, place }) => (thread === null ? place !== root : thread !== root)),
    );
  }
  return [none("Slack's replies and mails stand in their incident's thread", strays)];
}

function equal(what: string, actual: unknown, expected: unknown): Finding {
  return { what, isTrue: isDeepStrictEqual(actual, expected), seen: { actual, expected } };
}

function none(what: string, those: readonly unknown[]): Finding {
  return { what, isTrue: those.length === 0, seen: those.slice(0, 20) };
}
