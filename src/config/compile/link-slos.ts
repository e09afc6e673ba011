import { historyMs } from "../../core/history.ts";
import { type Finding, infeasibilities } from "../../slo/feasibility.ts";
import { shortestGap } from "../../time/schedule.ts";
import { clip, listed, type Report } from "../problems.ts";
import { calendarNamed } from "./calendars.ts";
import { canSpend, inputsOf, type UpstreamPromises, upstreamPromises } from "./inputs.ts";
import type { LinkContext } from "./link-context.ts";
import type { ProductPieces, SloPiece } from "./pieces.ts";
import { type SloCheck, sloChecksOf, unitOf } from "./slo-checks.ts";

/** Judges a product's SLOs: units, exclusions, and whether they can be kept. Returns the calendars that are used. */
export function linkSlos(
  product: ProductPieces,
  context: LinkContext,
  report: Report,
): ReadonlySet<string> {
  const used = new Set<string>();
  const upstream = upstreamPromises(product, context.products);
  for (const slo of product.slos) {
    for (const { span, at } of slo.exclusions) {
      if (span.kind === "calendar") {
        calendarNamed(span.name, [...at, "calendar"], context.daemon, report);
        used.add(span.name);
      }
    }
    const checks = sloChecksOf(slo, product, context.daemon);
    if (checks !== null && isOfOneUnit(slo, checks, report)) {
      checkFeasible(slo, checks, upstream, report);
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
  checks: readonly SloCheck[],
  upstream: readonly UpstreamPromises[],
  report: Report,
): void {
  const { objective } = slo.fields.known;
  if (objective === undefined || slo.window === null) {
    return;
  }
  const spending = checks.filter(({ check }) => canSpend(check));
  const findings = infeasibilities({
    objectivePpm: objective,
    window: slo.window,
    checks: spending.map(({ reference, check, terms }) => ({
      name: reference,
      sli: terms.sli,
      cadenceMs: shortestGap(terms.schedule),
      holdMs: check.fields.known.hold ?? null,
      isPaced: terms.isPaced,
    })),
    inputs: inputsOf(
      spending.map(({ check }) => check),
      upstream,
    ),
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
