import type { Budgeting } from "../../core/sli.ts";
import type { CheckPiece, DaemonPieces, DatasetPiece, ProductPieces, SloPiece } from "./pieces.ts";
import { type CheckTerms, termsOf } from "./terms.ts";

/** A check that an SLO names, with what follows for it. */
export interface SloCheck {
  /** `dataset.check` */
  readonly reference: string;
  readonly dataset: DatasetPiece;
  readonly check: CheckPiece;
  readonly terms: CheckTerms;
}

/** The checks of an SLO; null when one of them is not all right, which has been reported then. */
export function sloChecksOf(
  slo: SloPiece,
  product: ProductPieces,
  daemon: DaemonPieces,
): readonly SloCheck[] | null {
  const found: SloCheck[] = [];
  for (const key of slo.checks) {
    const [datasetName, checkName] = key.split("/");
    const dataset = product.datasets.find(({ name }) => name === datasetName);
    const check = dataset?.checks.find(({ name }) => name === checkName);
    const terms = dataset && check ? termsOf(check, dataset, daemon) : null;
    if (dataset === undefined || check === undefined || terms === null) {
      return null;
    }
    found.push({ reference: key.replace("/", "."), dataset, check, terms });
  }
  return slo.checks.length === slo.fields.known.checks?.length ? found : null;
}

/** The unit that one check is counted in. */
export function unitOf({ terms }: SloCheck): Exclude<Budgeting, "rows"> {
  return terms.sli.kind === "deadline" ? "deliveries" : "time";
}

/** The unit that the budget of an SLO is counted in; null when its checks differ or are not all right. */
export function budgetingOf(
  slo: SloPiece,
  product: ProductPieces,
  daemon: DaemonPieces,
): Budgeting | null {
  const units = new Set(sloChecksOf(slo, product, daemon)?.map(unitOf));
  const [unit] = units;
  return units.size === 1 ? (unit ?? null) : null;
}
