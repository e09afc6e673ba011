import type { Calendar } from "../../core/calendar.ts";
import type { CheckTypeSpec } from "../../core/check.ts";
import type { ConnectorSpec } from "../../core/connector.ts";
import type { Problem } from "../../core/errors.ts";
import type {
  ColumnDefinition,
  ConnectionDefinition,
  HttpDefinition,
  NotifierDefinition,
  SloWindow,
  StoreDefinition,
  Target,
} from "../../core/mesh.ts";
import type { NotifierSpec } from "../../core/notifier.ts";
import type { AlertLevel, EpochMs, ToldLevel } from "../../core/vocabulary.ts";
import type { Piece } from "../piece.ts";
import type { Path } from "../problems.ts";
import type { CheckFields, DatasetFields, ProductFields } from "../product-file.ts";
import type { SloFields } from "../slo-file.ts";
import type { YamlSource } from "../yaml-source.ts";
import type { Allow } from "./allows.ts";
import type { ExclusionPiece } from "./exclusions.ts";
import type { SchedulePiece } from "./schedule.ts";
import type { SourceFacts } from "./source.ts";

/**
 * What the files say, each judged by itself. What they say of one another is judged on these by
 * `links.ts`; when nothing is wrong, `assemble.ts` makes the mesh of them. `null` and the absence of a key
 * from `known` mean that a problem was reported, or that nothing was said.
 */

export interface CheckPiece {
  readonly name: string;
  readonly at: Path;
  readonly fields: Piece<CheckFields>;
  readonly spec: CheckTypeSpec | null;
  readonly params: unknown;
  /** The check's own. */
  readonly schedule: SchedulePiece | null;
}

export interface DatasetPiece {
  readonly name: string;
  readonly at: Path;
  readonly fields: Piece<DatasetFields>;
  readonly source: SourceFacts | null;
  readonly schedule: SchedulePiece | null;
  readonly columns: ReadonlyMap<string, ColumnDefinition>;
  readonly checks: readonly CheckPiece[];
}

export interface SloPiece {
  readonly name: string;
  readonly at: Path;
  readonly fields: Piece<SloFields>;
  readonly window: SloWindow | null;
  /** Null: the moment it was first loaded. */
  readonly sinceMs: EpochMs | null;
  readonly exclusions: readonly ExclusionPiece[];
  /** The `dataset/check` that it names and that exist. */
  readonly checks: readonly string[];
  /** The comments at it that allow a finding. */
  readonly allows: readonly Allow[];
}

export interface ProductPieces {
  readonly source: YamlSource;
  /** Null when not even the name can be told. */
  readonly name: string | null;
  readonly fields: Piece<ProductFields>;
  readonly datasets: readonly DatasetPiece[];
  readonly slos: readonly SloPiece[];
  readonly problems: readonly Problem[];
}

export interface ConnectionPiece {
  readonly type: string;
  readonly spec: ConnectorSpec;
  /** Null when its keys are not all right. */
  readonly definition: ConnectionDefinition | null;
}

export interface NotifierPiece {
  readonly spec: NotifierSpec;
  readonly definition: NotifierDefinition | null;
}

export interface TargetPiece {
  readonly at: Path;
  readonly target: Target;
}

export interface TeamPiece {
  readonly at: Path;
  readonly displayName: string;
  readonly notify: Readonly<Record<ToldLevel, readonly TargetPiece[]>>;
}

export interface CalendarPiece {
  readonly at: Path;
  readonly calendar: Calendar;
}

/** `null` entries are declared under their name, and what they say is not all right. */
export interface DaemonPieces {
  readonly products: readonly string[];
  readonly connections: ReadonlyMap<string, ConnectionPiece | null>;
  readonly notifiers: ReadonlyMap<string, NotifierPiece | null>;
  readonly teams: ReadonlyMap<string, TeamPiece | null>;
  readonly calendars: ReadonlyMap<string, CalendarPiece | null>;
  readonly tiers: ReadonlyMap<string, AlertLevel | null>;
  readonly store: StoreDefinition | null;
  readonly http: HttpDefinition | null;
}
