import { resolve } from "node:path";
import type { z } from "zod";
import type { ConnectorSpec } from "../../core/connector.ts";
import type { StoreDefinition } from "../../core/mesh.ts";
import type { NotifierSpec } from "../../core/notifier.ts";
import type { AlertLevel } from "../../core/vocabulary.ts";
import {
  type connectionFields,
  daemonFields,
  httpFields,
  storeFields,
  teamFields,
  tierFields,
} from "../daemon-file.ts";
import type { Expansion } from "../expand.ts";
import { type Kind, type Kinds, ownFields } from "../kinds.ts";
import { notBuilt, refuseNotBuilt } from "../not-built.ts";
import { type Fields, isFields, type PieceOptions, readPiece } from "../piece.ts";
import { type Path, type Report, subject } from "../problems.ts";
import { kindOf } from "../zod-words.ts";
import { refuseByteBudget } from "./byte-budgets.ts";
import { calendarOf } from "./calendars.ts";
import { hashOf } from "./generation.ts";
import { httpOf } from "./http.ts";
import { kindOfPiece } from "./kind-of.ts";
import type {
  ConnectionPiece,
  DaemonPieces,
  NotifierPiece,
  TargetPiece,
  TeamPiece,
} from "./pieces.ts";

const builtInTiers: readonly (readonly [string, AlertLevel])[] = [
  ["gold", "page"],
  ["silver", "ticket"],
  ["bronze", "none"],
];

const tierOptions: PieceOptions = {
  elsewhere: {
    severity: {
      hint: "write `alert`: a tier says how loudly people are told, `severity` belongs to a check",
      instead: "alert",
    },
  },
};

/** Judges tidemark.yaml by itself. `baseDir` is its absolute folder. */
export function daemonPieces(
  expansion: Expansion,
  kinds: Kinds,
  baseDir: string,
  report: Report,
): DaemonPieces {
  const { value, expanded, unresolved } = expansion;
  const options: PieceOptions = { expanded, unresolved };
  const { known } = readPiece(daemonFields, value, [], report, options);
  const file = isFields(value) ? value : {};
  const section = <V>(key: string, read: (piece: Fields, at: Path) => V | null) =>
    readSection(file[key], [key], report, read);
  return {
    products: known.products ?? [],
    connections: section("connections", (piece, at) =>
      connectionOf(piece, kinds.connections, at, report, options),
    ),
    notifiers: section("notifiers", (piece, at) =>
      notifierOf(piece, kinds.notifiers, at, report, options),
    ),
    teams: section("teams", (piece, at) => teamOf(piece, at, report)),
    calendars: section("calendars", (piece, at) => calendarOf(piece, at, report)),
    tiers: new Map([
      ...builtInTiers,
      ...section(
        "tiers",
        (piece, at) => readPiece(tierFields, piece, at, report, tierOptions).whole?.alert ?? null,
      ),
    ]),
    store: storeOf(file["store"], baseDir, report, options),
    http: httpOf(readPiece(httpFields, file["http"] ?? {}, ["http"], report, options), report, {
      hasToken: isFields(file["http"]) && file["http"]["token"] !== undefined,
      isResolved: ![...unresolved].some((path) => path.startsWith("http\n")),
    }),
  };
}

/** A map of named things, each read by itself. */
function readSection<V>(
  value: unknown,
  at: Path,
  report: Report,
  read: (piece: Fields, at: Path) => V | null,
): ReadonlyMap<string, V | null> {
  const pieces = new Map<string, V | null>();
  for (const [name, piece] of isFields(value) ? Object.entries(value) : []) {
    const path = [...at, name];
    if (isFields(piece)) {
      pieces.set(name, read(piece, path));
    } else {
      const message = `${subject(path)} must be a map of keys, not ${kindOf(piece)}`;
      report.error("TM_CONFIG_INVALID", path, message);
      pieces.set(name, null);
    }
  }
  return pieces;
}

function connectionOf(
  value: Fields,
  kinds: ReadonlyMap<string, Kind<ConnectorSpec>>,
  at: Path,
  report: Report,
  options: PieceOptions,
): ConnectionPiece | null {
  const kind = kindOfPiece(value, kinds, at, report, options);
  if (kind === null) {
    return null;
  }
  const { spec, fields } = kind;
  const { whole } = readPiece(fields, value, at, report, options);
  if (whole === null) {
    return { type: spec.type, spec, definition: null };
  }
  const shared = whole as z.output<z.ZodObject<typeof connectionFields>>;
  const maxBytesPerDay = shared.max_bytes_per_day ?? null;
  const { reportsBytes } = spec.capabilities;
  if (maxBytesPerDay !== null && !reportsBytes) {
    refuseByteBudget([spec.type], at, report);
  }
  const definition = {
    name: nameOf(at),
    type: spec.type,
    config: ownFields(spec.config, whole),
    maxConcurrency: shared.max_concurrency,
    statementTimeoutMs: shared.statement_timeout,
  };
  // The budget is kept outside of the connector, which need not reconnect when it changes.
  const fingerprint = hashOf(definition);
  return {
    type: spec.type,
    spec,
    definition: { ...definition, maxBytesPerDay, reportsBytes, fingerprint },
  };
}

function notifierOf(
  value: Fields,
  kinds: ReadonlyMap<string, Kind<NotifierSpec>>,
  at: Path,
  report: Report,
  options: PieceOptions,
): NotifierPiece | null {
  const kind = kindOfPiece(value, kinds, at, report, options);
  if (kind === null) {
    return null;
  }
  const { spec, fields } = kind;
  const { whole } = readPiece(fields, value, at, report, options);
  if (whole === null) {
    return { spec, definition: null };
  }
  const config = ownFields(spec.config, whole);
  const definition = { name: nameOf(at), type: spec.type, config };
  return { spec, definition: { ...definition, fingerprint: hashOf(definition) } };
}

function teamOf(value: Fields, at: Path, report: Report): TeamPiece | null {
  const { known } = readPiece(teamFields, value, at, report);
  const targets = (level: "page" | "ticket"): readonly TargetPiece[] =>
    (known.notify?.[level] ?? []).map((text, index) => ({
      at: [...at, "notify", level, index],
      target: targetOf(text),
    }));
  return {
    at,
    displayName: known.display_name ?? nameOf(at),
    notify: { page: targets("page"), ticket: targets("ticket") },
  };
}

/** `slack:#orders` → its notifier and address; an address may hold colons itself. */
function targetOf(text: string): { notifier: string; address: string | null } {
  const colon = text.indexOf(":");
  return colon === -1
    ? { notifier: text, address: null }
    : { notifier: text.slice(0, colon), address: text.slice(colon + 1) };
}

function storeOf(
  value: unknown,
  baseDir: string,
  report: Report,
  options: PieceOptions,
): StoreDefinition | null {
  const given = value ?? { type: "sqlite" };
  const at = ["store"];
  // Another kind of store has keys of its own, of which nothing is said.
  if (isFields(given) && refuseNotBuilt(given, notBuilt.store, at, report).refused.size > 0) {
    return null;
  }
  const { whole } = readPiece(storeFields, given, at, report, options);
  return whole === null ? null : storeAt(whole.path, baseDir);
}

/** Where the store is; beside tidemark.yaml unless said. */
export function storeAt(path: string | undefined, baseDir: string): StoreDefinition {
  return { type: "sqlite", path: resolve(baseDir, path ?? ".tidemark/state.db") };
}

function nameOf(at: Path): string {
  return String(at.at(-1));
}
