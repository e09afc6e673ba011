import type { PlannedExclusion } from "../../core/exclusion.ts";
import type {
  Check,
  ConnectionDefinition,
  Dataset,
  Mesh,
  NotifierDefinition,
  Probe,
  Product,
  Schedule,
  Slo,
  Team,
} from "../../core/mesh.ts";
import { scheduleKey, stableOffset } from "../../time/schedule.ts";
import { checkOf } from "./check.ts";
import type { ExclusionPiece } from "./exclusions.ts";
import { connectionOf, productAlert } from "./links.ts";
import type {
  ConnectionPiece,
  DaemonPieces,
  DatasetPiece,
  ProductPieces,
  SloPiece,
} from "./pieces.ts";
import { renamesOf } from "./renames.ts";
import { budgetingOf } from "./slo-checks.ts";
import { termsOf } from "./terms.ts";
import { whole } from "./whole.ts";
import { withoutUndefined } from "./without-undefined.ts";

/** Makes the mesh of pieces in which no problem was found, product by product. */
export class MeshBuilder {
  readonly #daemon: DaemonPieces;
  readonly #baseDir: string;
  readonly #products = new Map<string, Product>();
  readonly #datasets = new Map<string, Dataset>();
  readonly #checks = new Map<string, Check>();
  readonly #slos = new Map<string, Slo>();
  readonly #probes = new Map<string, Probe>();
  readonly #pieces: ProductPieces[] = [];

  constructor(daemon: DaemonPieces, baseDir: string) {
    this.#daemon = daemon;
    this.#baseDir = baseDir;
  }

  add(pieces: ProductPieces): void {
    const fields = whole(pieces.fields.whole, pieces.source.file);
    const name = fields.product;
    this.#pieces.push(pieces);
    const datasetIds = pieces.datasets.map((dataset) =>
      this.#addDataset(dataset, name, fields.owner),
    );
    const sloIds = pieces.slos.map((slo) => this.#addSlo(slo, name, pieces));
    this.#products.set(
      name,
      withoutUndefined({
        name,
        domain: fields.domain,
        description: fields.description,
        tier: fields.tier,
        owner: fields.owner,
        alert: whole(productAlert(pieces, this.#daemon), name),
        contacts: fields.contacts,
        upstream: fields.upstream,
        consumers: fields.consumers,
        links: fields.links,
        maxBytesPerDay: fields.max_bytes_per_day ?? null,
        datasetIds,
        sloIds,
      }),
    );
  }

  finish(): Mesh {
    const { connections, notifiers, teams, calendars, store, http } = this.#daemon;
    return {
      baseDir: this.#baseDir,
      products: this.#products,
      datasets: this.#datasets,
      checks: this.#checks,
      slos: this.#slos,
      probes: this.#probes,
      connections: new Map<string, ConnectionDefinition>(
        [...connections].map(([name, piece]) => [name, whole(piece?.definition, name)]),
      ),
      notifiers: new Map<string, NotifierDefinition>(
        [...notifiers].map(([name, piece]) => [name, whole(piece?.definition, name)]),
      ),
      teams: new Map([...teams].map(([name, piece]) => [name, teamOf(name, whole(piece, name))])),
      calendars: new Map(
        [...calendars].map(([name, piece]) => [name, whole(piece?.calendar, name)]),
      ),
      renames: renamesOf(this.#pieces),
      store: whole(store, "store"),
      http: whole(http, "http"),
    };
  }

  #addDataset(piece: DatasetPiece, product: string, owner: string): string {
    const id = `${product}/${piece.name}`;
    const fields = whole(piece.fields.whole, id);
    const connection = whole(connectionOf(piece, this.#daemon), id);
    const facts = { piece, id, product, owner, connection: this.#connection(connection) };
    const checks = piece.checks.map((check) =>
      checkOf(check, whole(termsOf(check, piece, this.#daemon), check.name), facts),
    );
    for (const check of checks) {
      this.#checks.set(check.id, check);
    }
    this.#addProbes(id, connection, checks);
    this.#datasets.set(
      id,
      withoutUndefined({
        id,
        product,
        name: piece.name,
        connection,
        source: whole(piece.source, id).source,
        description: fields.description,
        timezone: fields.timezone,
        filter: fields.filter?.trim(),
        columns: piece.columns,
        checkIds: checks.map((check) => check.id),
      }),
    );
    return id;
  }

  #connection(name: string): ConnectionPiece {
    return whole(this.#daemon.connections.get(name), name);
  }

  /** Checks of one dataset with one schedule are probed together. */
  #addProbes(datasetId: string, connection: string, checks: readonly Check[]): void {
    const groups = new Map<string, { readonly schedule: Schedule; readonly checkIds: string[] }>();
    for (const check of checks.filter(({ disabledReason }) => disabledReason === null)) {
      const key = scheduleKey(check.schedule);
      const group = groups.get(key) ?? { schedule: check.schedule, checkIds: [] };
      group.checkIds.push(check.id);
      groups.set(key, group);
    }
    const { billsWakeTime } = this.#connection(connection).spec.capabilities;
    for (const [key, { schedule, checkIds }] of groups) {
      const id = `${datasetId}@${key}`;
      const offsetMs =
        schedule.kind === "cron" || billsWakeTime ? 0 : stableOffset(datasetId, schedule.everyMs);
      this.#probes.set(id, { id, datasetId, connection, schedule, offsetMs, checkIds });
    }
  }

  #addSlo(piece: SloPiece, product: string, pieces: ProductPieces): string {
    const id = `${product}/${piece.name}`;
    const fields = whole(piece.fields.whole, id);
    this.#slos.set(
      id,
      withoutUndefined({
        id,
        product,
        name: piece.name,
        description: fields.description,
        objectivePpm: fields.objective,
        window: whole(piece.window, id),
        budgeting: whole(budgetingOf(piece, pieces, this.#daemon), id),
        exclusions: piece.exclusions.map((exclusion) => this.#exclusion(exclusion)),
        labels: fields.labels,
        checkIds: piece.checks.map((key) => `${product}/${key}`),
        unknown: fields.unknown,
        coverageFloorPpm: Math.round(fields.coverage_floor * 1_000_000),
        sinceMs: piece.sinceMs,
        alert: fields.alert ?? null,
      }),
    );
    return id;
  }

  #exclusion({ span, mode, reason }: ExclusionPiece): PlannedExclusion {
    if (span.kind !== "calendar") {
      return { span, mode, reason };
    }
    const calendar = whole(this.#daemon.calendars.get(span.name)?.calendar, span.name);
    const timezone = span.timezone ?? calendar.timezone;
    return { span: { kind: "calendar", calendar, timezone }, mode, reason };
  }
}

function teamOf(name: string, piece: NonNullable<ReturnType<DaemonPieces["teams"]["get"]>>): Team {
  return {
    name,
    displayName: piece.displayName,
    notify: {
      page: piece.notify.page.map(({ target }) => target),
      ticket: piece.notify.ticket.map(({ target }) => target),
    },
  };
}
