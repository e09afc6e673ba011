import type { Connection } from "./connection.ts";
import type { Migration } from "./migrations/migration.ts";

/** `TDMK`: tells a store from any other SQLite database. Never change it. */
export const applicationId = 0x54_44_4d_4b;

export function readVersion(db: Connection): number {
  return (db.get("PRAGMA user_version") as { user_version: number } | undefined)?.user_version ?? 0;
}

export function readApplicationId(db: Connection): number {
  return (
    (db.get("PRAGMA application_id") as { application_id: number } | undefined)?.application_id ?? 0
  );
}

/** Applies what is missing, each migration in a transaction of its own; returns the versions applied. */
export function migrate(db: Connection, migrations: readonly Migration[]): readonly number[] {
  const applied: number[] = [];
  for (const migration of migrations) {
    if (migration.version <= readVersion(db)) {
      continue;
    }
    db.begin("IMMEDIATE");
    try {
      db.exec(migration.sql);
      db.exec(`PRAGMA application_id = ${applicationId}`);
      db.exec(`PRAGMA user_version = ${migration.version}`);
      db.commit();
    } catch (error) {
      db.rollback();
      throw error;
    }
    applied.push(migration.version);
  }
  return applied;
}
