import { TidemarkError } from "../../core/errors.ts";
import type { Delivery, NewDelivery, Notice } from "../../core/incident.ts";
import type { DeliveryOutcome, Outbox } from "../../core/store.ts";
import type { EpochMs } from "../../core/vocabulary.ts";
import type { Access } from "./access.ts";
import { fromJson, toJson } from "./columns.ts";
import type { Connection } from "./connection.ts";

interface DeliveryRow {
  readonly id: number;
  readonly notifier: string;
  readonly address: string | null;
  readonly notice: string;
  readonly state: Delivery["state"];
  readonly attempts: number;
  readonly created_ms: number;
  readonly next_attempt_ms: number;
  readonly reason: string | null;
}

const deliveryColumns =
  "id, notifier, address, notice, state, attempts, created_ms, next_attempt_ms, reason";

/**
 * The head of each channel, if its time has come. A row that was written later than now says that the
 * clock was set back: it is due as well, else the channel would be silent until the clock catches up.
 */
const dueHeads = `
  SELECT ${deliveryColumns} FROM deliveries
  WHERE id IN (SELECT min(id) FROM deliveries WHERE state = 'pending' GROUP BY channel)
    AND (next_attempt_ms <= ?1 OR touched_ms > ?1)
  ORDER BY id`;

export class SqliteOutbox implements Outbox {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  enqueue(deliveries: readonly NewDelivery[]): Promise<void> {
    return this.#access.write((db) => {
      for (const { notifier, address, notice, createdMs } of deliveries) {
        db.run(
          `INSERT INTO deliveries (notifier, address, channel, notice_id, incident_id, notice, state,
             attempts, created_ms, next_attempt_ms, touched_ms)
           VALUES ($notifier, $address, $channel, $noticeId, $incidentId, $notice, 'pending',
             0, $createdMs, $createdMs, $createdMs)
           ON CONFLICT (notice_id, channel) DO NOTHING`,
          {
            notifier,
            address,
            channel: channelOf(notifier, address),
            noticeId: notice.id,
            incidentId: notice.incidentId,
            notice: toJson(notice),
            createdMs,
          },
        );
      }
    });
  }

  due(nowMs: EpochMs): Promise<readonly Delivery[]> {
    return this.#access.read((db) =>
      (db.all(dueHeads, [nowMs]) as readonly DeliveryRow[]).map(deliveryOf),
    );
  }

  settle(deliveryId: number, outcome: DeliveryOutcome, atMs: EpochMs): Promise<void> {
    return this.#access.write((db) => {
      if (settleRow(db, deliveryId, outcome, atMs) === 0) {
        throw new TidemarkError(
          "TM_INTERNAL",
          `Delivery ${deliveryId} cannot be settled: it is settled already, or does not exist.`,
        );
      }
    });
  }

  externalId(incidentId: string, notifier: string, address: string | null): Promise<string | null> {
    return this.#access.read((db) => {
      const row = db.get(
        `SELECT external_id FROM deliveries
         WHERE incident_id = ? AND channel = ? AND external_id IS NOT NULL ORDER BY id LIMIT 1`,
        [incidentId, channelOf(notifier, address)],
      ) as { external_id: string } | undefined;
      return row?.external_id ?? null;
    });
  }

  pendingByNotifier(): Promise<ReadonlyMap<string, number>> {
    return this.#access.read((db) => {
      const rows = db.all(
        `SELECT notifier, count(*) AS count FROM deliveries
         WHERE state = 'pending' GROUP BY notifier ORDER BY notifier`,
      ) as readonly { notifier: string; count: number }[];
      return new Map(rows.map((row) => [row.notifier, row.count]));
    });
  }

  list(limit: number): Promise<readonly (Delivery & { readonly reason: string | null })[]> {
    return this.#access.read((db) =>
      (
        db.all(`SELECT ${deliveryColumns} FROM deliveries ORDER BY id LIMIT ?`, [
          limit,
        ]) as readonly DeliveryRow[]
      ).map((row) => ({ ...deliveryOf(row), reason: row.reason })),
    );
  }
}

/** Names carry no colon, so that two channels never share a spelling. */
function channelOf(notifier: string, address: string | null): string {
  return address === null ? notifier : `${notifier}:${address}`;
}

/** Returns 0 when there is no such pending delivery. */
function settleRow(db: Connection, id: number, outcome: DeliveryOutcome, atMs: EpochMs): number {
  return db.run(
    `UPDATE deliveries SET
       state = $state,
       next_attempt_ms = coalesce($nextAttemptMs, next_attempt_ms),
       reason = $reason,
       external_id = $externalId,
       attempts = attempts + 1,
       touched_ms = $atMs
     WHERE id = $id AND state = 'pending'`,
    {
      id,
      atMs,
      state: outcome.kind === "retry" ? "pending" : outcome.kind,
      nextAttemptMs: outcome.kind === "retry" ? outcome.nextAttemptMs : null,
      reason: outcome.kind === "sent" ? null : outcome.reason,
      externalId: outcome.kind === "sent" ? (outcome.externalId ?? null) : null,
    },
  );
}

function deliveryOf(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    notifier: row.notifier,
    address: row.address,
    notice: fromJson(row.notice) as Notice,
    state: row.state,
    attempts: row.attempts,
    createdMs: row.created_ms,
    nextAttemptMs: row.next_attempt_ms,
  };
}
