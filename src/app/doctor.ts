import type { ConnectionStage } from "../core/connector.ts";
import type { Logger } from "../core/logger.ts";
import type { Mesh } from "../core/mesh.ts";
import { Warehouses } from "../engine/warehouses.ts";
import { systemClock } from "./clock.ts";
import { Notifiers } from "./notifiers.ts";
import { registries } from "./registries.ts";

/** One connection or notifier, and how far it could be reached. */
export interface Examination {
  readonly kind: "connection" | "notifier";
  readonly name: string;
  readonly type: string;
  readonly stages: readonly ConnectionStage[];
}

export interface DoctorOptions {
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly timeoutMs: number;
  readonly onExamined: (examination: Examination) => void;
}

/** Reaches every connection and notifier in stages; sends no message and reads no data. */
export async function examine(mesh: Mesh, options: DoctorOptions): Promise<readonly Examination[]> {
  const { logger, signal, timeoutMs, onExamined } = options;
  const warehouses = new Warehouses({
    specs: registries.connectors,
    clock: systemClock,
    logger,
    onStatement: () => {},
  });
  const notifiers = new Notifiers({ clock: systemClock, logger, print: () => {} });
  const examined: Examination[] = [];
  const note = (examination: Examination): void => {
    examined.push(examination);
    onExamined(examination);
  };
  try {
    await warehouses.reload(mesh);
    notifiers.reload(mesh);
    for (const { name, type } of mesh.connections.values()) {
      const stages = await warehouses
        .of(name)
        .connector.testConnection({ signal, timeoutMs, label: "doctor" });
      note({ kind: "connection", name, type, stages });
    }
    for (const { name, type } of mesh.notifiers.values()) {
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const stages = (await notifiers.byName.get(name)?.test({ signal: bounded })) ?? [];
      note({ kind: "notifier", name, type, stages });
    }
    return examined;
  } finally {
    await notifiers[Symbol.asyncDispose]();
    await warehouses[Symbol.asyncDispose]();
  }
}
