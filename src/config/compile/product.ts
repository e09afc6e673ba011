import type { ColumnDefinition } from "../../core/mesh.ts";
import { refuseReferencesInProduct } from "../expand.ts";
import { type Kinds, ownFields } from "../kinds.ts";
import { notBuilt } from "../not-built.ts";
import { type Fields, isFields, type Piece, type PieceOptions, readPiece } from "../piece.ts";
import { type Path, Report, subject } from "../problems.ts";
import {
  type CheckFields,
  type DatasetFields,
  datasetFields,
  productFields,
} from "../product-file.ts";
import type { YamlSource } from "../yaml-source.ts";
import { kindOf } from "../zod-words.ts";
import { allowsOf } from "./allows.ts";
import { kindOfPiece } from "./kind-of.ts";
import type { CheckPiece, DatasetPiece, ProductPieces } from "./pieces.ts";
import { scheduleOf, zoneNames } from "./schedule.ts";
import { sloPiece } from "./slo.ts";
import { checkFilter, sourceOf } from "./source.ts";
import { withoutUndefined } from "./without-undefined.ts";

const scheduleCodes = {
  "schedule.every": "TM_CONFIG_SCHEDULE",
  "schedule.cron": "TM_CONFIG_SCHEDULE",
  "schedule.timezone": "TM_CONFIG_SCHEDULE",
  "schedule.just_in_time": "TM_CONFIG_SCHEDULE",
  "schedule.at_least_every": "TM_CONFIG_SCHEDULE",
} as const;

const productOptions: PieceOptions = {
  elsewhere: { severity: { hint: "`severity` belongs to a check; a product has `alert`" } },
};
const datasetOptions: PieceOptions = {
  notBuilt: notBuilt.dataset,
  codes: scheduleCodes,
  near: { timezone: zoneNames },
};
const checkOptions: PieceOptions = {
  codes: scheduleCodes,
  elsewhere: {
    alert: { hint: "`alert` belongs to a tier, product or SLO; a check has `severity`" },
  },
};

/** Judges a product file by itself. `folder` is its absolute folder. */
export function productPieces(source: YamlSource, kinds: Kinds, folder: string): ProductPieces {
  const report = new Report(source);
  const { value } = source;
  refuseReferencesInProduct(value, report);
  const fields = readPiece(productFields, value, [], report, productOptions);
  const datasets = entriesOf(value, "datasets").map(([name, dataset]) =>
    datasetPiece(name, dataset, kinds, folder, report),
  );
  const sloEntries = entriesOf(value, "slos");
  const sloNames = sloEntries.map(([name]) => name);
  const allows = allowsOf(source, sloNames, report);
  const slos = sloEntries.map(([name, slo]) =>
    sloPiece(name, slo, datasets, allows.get(name) ?? [], report),
  );
  const name = fields.known.product ?? null;
  return { source, name, fields, datasets, slos, problems: report.problems };
}

/** What stands under a key, even where the map around it has problems. */
function entriesOf(value: unknown, key: string): readonly (readonly [string, unknown])[] {
  const section = isFields(value) ? value[key] : undefined;
  return isFields(section) ? Object.entries(section) : [];
}

function datasetPiece(
  name: string,
  value: unknown,
  kinds: Kinds,
  folder: string,
  report: Report,
): DatasetPiece {
  const at = ["datasets", name];
  const fields = readPiece(datasetFields, value, at, report, datasetOptions);
  const { known } = fields;
  const source = isFields(value) ? readSource(value, known, at, folder, report) : null;
  if (known.filter !== undefined) {
    checkFilter(known.filter, [...at, "filter"], report);
  }
  const schedule =
    known.schedule === undefined ? null : scheduleOf(known.schedule, [...at, "schedule"], report);
  const columns = columnsOf(known);
  const facts = { columns, hasFilter: known.filter !== undefined };
  const checks = entriesOf(value, "checks").map(([checkName, check]) => {
    const path = [...at, "checks", checkName];
    return isFields(check)
      ? checkPiece(checkName, check, kinds, facts, path, report)
      : notAMap(checkName, check, path, report);
  });
  return { name, at, fields, source, schedule, columns, checks };
}

/** A source of the wrong form has been reported; to call it missing as well would be wrong. */
function readSource(
  value: Fields,
  known: Partial<DatasetFields>,
  at: Path,
  folder: string,
  report: Report,
): DatasetPiece["source"] {
  const isMisspelt = (["table", "files", "query"] as const).some(
    (key) => value[key] !== undefined && known[key] === undefined,
  );
  const isRefused = value["source"] !== undefined;
  return isMisspelt || isRefused ? null : sourceOf(known, at, folder, report);
}

function columnsOf(known: Partial<DatasetFields>): ReadonlyMap<string, ColumnDefinition> {
  return new Map(
    Object.entries(known.columns ?? {}).map(([name, column]) => [
      name,
      withoutUndefined({
        name,
        type: column.type,
        nullable: column.nullable ?? null,
        description: column.description,
        example: column.example,
      }),
    ]),
  );
}

function checkPiece(
  name: string,
  value: Fields,
  kinds: Kinds,
  facts: { readonly columns: ReadonlyMap<string, ColumnDefinition>; readonly hasFilter: boolean },
  at: Path,
  report: Report,
): CheckPiece {
  const kind = kindOfPiece(value, kinds.checks, at, report);
  if (kind === null) {
    return {
      name,
      at,
      fields: { whole: null, known: {} },
      spec: null,
      params: null,
      schedule: null,
    };
  }
  const { spec } = kind;
  const fields = readPiece(kind.fields, value, at, report, checkOptions) as Piece<CheckFields>;
  const params = fields.whole === null ? null : ownFields(spec.params, fields.whole);
  for (const problem of params === null ? [] : spec.problems(params, facts)) {
    const code = problem.notSupported === true ? "TM_NOT_SUPPORTED" : "TM_CONFIG_INVALID";
    const spot = problem.notSupported === true || problem.path.length === 0 ? "key" : "value";
    report.error(code, [...at, ...problem.path], problem.message, { spot });
  }
  checkReason(fields.known, at, report);
  const { schedule } = fields.known;
  return {
    name,
    at,
    fields,
    spec,
    params,
    schedule: schedule === undefined ? null : scheduleOf(schedule, [...at, "schedule"], report),
  };
}

function notAMap(name: string, value: unknown, at: Path, report: Report): CheckPiece {
  const message = `${subject(at)} must be a map of keys, not ${kindOf(value)}`;
  report.error("TM_CONFIG_INVALID", at, message);
  return { name, at, fields: { whole: null, known: {} }, spec: null, params: null, schedule: null };
}

/** A check that nobody runs must say why, or it is forgotten. */
function checkReason(known: Partial<CheckFields>, at: Path, report: Report): void {
  if (known.enabled === false && known.reason === undefined) {
    report.error("TM_CONFIG_INVALID", [...at, "enabled"], "`enabled: false` needs a `reason`");
  }
  if (known.enabled !== false && known.reason !== undefined) {
    const message = "`reason` belongs to `enabled: false`";
    report.error("TM_CONFIG_INVALID", [...at, "reason"], message, { spot: "key" });
  }
}
