import { historyMs } from "../../core/history.ts";
import type { QualityDimension } from "../../core/vocabulary.ts";
import { type Finding, type Input, infeasibilities } from "../../slo/feasibility.ts";
import { shortestGap } from "../../time/schedule.ts";
import { clip, listed, type Report } from "../problems.ts";
import { calendarNamed } from "./calendars.ts";
import type { LinkContext } from "./links.ts";
import type { ProductPieces, SloPiece } from "./pieces.ts";
import { type SloCheck, sloChecksOf, unitOf } from "./slo-checks.ts";

/** Judges a product's SLOs: units, exclusions, and whether they can be kept. Returns the calendars that are used. */
export function linkSlos(
  product: ProductPieces,
  context: LinkContext,
  report: Report,
): ReadonlySet<string> {
  const used = new Set<string>();
  for (const slo of product.slos) {
    for (const { span, at } of slo.exclusions) {
      if (span.kind === "calendar") {
        calendarNamed(span.name, [...at, "calendar"], context.daemon, report);
        used.add(span.name);
      }
    }
    const checks = sloChecksOf(slo, product, context.daemon);
    if (checks !== null && isOfOneUnit(slo, checks, report)) {
      checkFeasible(slo, product, checks, context, report);
    }
  }
  return used;
}

function isOfOneUnit(slo: SloPiece, checks: readonly SloCheck[], report: Report): boolean {
  const of = (unit: "time" | "deliveries"): readonly string[] =>
    checks.filter((check) => unitOf(check) === unit).map(({ reference }) => reference);
  const [time, deliveries] = [of("time"), of("deliveries")];
  if (time.length > 0 && deliveries.length > 0) {
    const message = "its checks are not counted in one unit: deliveries are no time";
    report.error("TM_SLO_MIXED", [...slo.at, "checks"], message, {
      hint: `make two SLOs: one over ${listed(deliveries, "and")} (deliveries), one over ${listed(time, "and")} (time)`,
    });
    return false;
  }
  const unit = deliveries.length > 0 ? "deliveries" : "time";
  const { budgeting } = slo.fields.known;
  if (budgeting !== undefined && budgeting !== unit) {
    const message = `\`budgeting: ${budgeting}\` does not fit: its checks are counted in ${unit}`;
    const hint = `leave it out, or write \`${unit}\``;
    report.error("TM_CONFIG_INVALID", [...slo.at, "budgeting"], message, { hint });
    return false;
  }
  return true;
}

function checkFeasible(
  slo: SloPiece,
  product: ProductPieces,
  checks: readonly SloCheck[],
  context: LinkContext,
  report: Report,
): void {
  const { objective } = slo.fields.known;
  if (objective === undefined || slo.window === null) {
    return;
  }
  const findings = infeasibilities({
    objectivePpm: objective,
    window: slo.window,
    checks: checks.filter(canSpend).map(({ reference, check, terms }) => ({
      name: reference,
      sli: terms.sli,
      cadenceMs: shortestGap(terms.schedule),
      holdMs: check.fields.known.hold ?? null,
    })),
    inputs: inputsOf(product, checks, context),
    historyMs,
  });
  for (const finding of findings.filter(({ code }) =>
    slo.allows.every((one) => one.code !== code),
  )) {
    reportFinding(finding, slo, report);
  }
  for (const { code, place } of slo.allows) {
    if (findings.every((finding) => finding.code !== code)) {
      const message = `\`${code}\` is allowed here, and \`${clip(slo.name)}\` has nothing of it`;
      report.warningAt("TM_SLO_ALLOW", place, message, "take the comment out");
    }
  }
}

function reportFinding(
  { code, level, about, message, hint }: Finding,
  slo: SloPiece,
  report: Report,
): void {
  report[level](code, [...slo.at, about], message, { hint });
}

/** A check that is not run, or only warns, spends nothing. */
function canSpend({ check }: SloCheck): boolean {
  return check.fields.known.enabled !== false && check.fields.known.severity !== "warn";
}

/** By dimension, the weakest SLO of each product upstream that has a check of it. */
function inputsOf(
  product: ProductPieces,
  checks: readonly SloCheck[],
  { daemon, products }: LinkContext,
): readonly (readonly Input[])[] {
  const dimensions = new Set(checks.filter(canSpend).flatMap(dimensionOf));
  const references = product.fields.known.upstream ?? [];
  const names = new Set(references.map((reference) => reference.split("/")[0] ?? ""));
  const promises = [...names].flatMap((name) => {
    const source = products.get(name);
    const isRead = (dataset: string): boolean =>
      references.includes(name) || references.includes(`${name}/${dataset}`);
    return source === undefined ? [] : [promisesOf(source, isRead, daemon)];
  });
  return [...dimensions].map((dimension) =>
    promises.flatMap((made) => weakest(made.filter(({ dimensions: own }) => own.has(dimension)))),
  );
}

interface Made extends Input {
  readonly dimensions: ReadonlySet<QualityDimension>;
}

/** What a product promises of the datasets that are read. */
function promisesOf(
  product: ProductPieces,
  isRead: (dataset: string) => boolean,
  daemon: LinkContext["daemon"],
): readonly Made[] {
  return product.slos.flatMap((slo) => {
    const { objective } = slo.fields.known;
    const checks = (sloChecksOf(slo, product, daemon) ?? []).filter(
      (check) => canSpend(check) && isRead(check.dataset.name),
    );
    return objective === undefined || checks.length === 0
      ? []
      : [
          {
            slo: `${product.name}/${slo.name}`,
            objectivePpm: objective,
            dimensions: new Set(checks.flatMap(dimensionOf)),
          },
        ];
  });
}

function dimensionOf({ check }: SloCheck): readonly QualityDimension[] {
  return check.spec === null ? [] : [check.spec.dimension];
}

function weakest(made: readonly Made[]): readonly Input[] {
  const [first] = [...made].sort((a, b) => a.objectivePpm - b.objectivePpm);
  return first === undefined ? [] : [{ slo: first.slo, objectivePpm: first.objectivePpm }];
}
