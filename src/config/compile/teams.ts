import type { ToldLevel } from "../../core/vocabulary.ts";
import { clip, type Report } from "../problems.ts";
import { hintFor } from "../suggest.ts";
import { canAlert, productAlert } from "./links.ts";
import type { DaemonPieces, ProductPieces, TargetPiece, TeamPiece } from "./pieces.ts";

/** Judges the targets of all teams. */
export function checkTargets(daemon: DaemonPieces, report: Report): void {
  for (const team of daemon.teams.values()) {
    for (const level of ["page", "ticket"] as const) {
      const seen = new Set<string>();
      for (const piece of team?.notify[level] ?? []) {
        checkTarget(piece, daemon, report);
        const key = JSON.stringify(piece.target);
        if (seen.has(key)) {
          report.error("TM_CONFIG_DUPLICATE", piece.at, `this \`${level}\` target is named twice`);
        }
        seen.add(key);
      }
    }
  }
}

function checkTarget({ at, target }: TargetPiece, daemon: DaemonPieces, report: Report): void {
  const { notifier, address } = target;
  if (!daemon.notifiers.has(notifier)) {
    const message = `\`${clip(notifier)}\` is no notifier of tidemark.yaml`;
    const known = [...daemon.notifiers.keys()];
    const hint =
      notifier === "console"
        ? "declare it: `notifiers: { console: { type: console } }`"
        : hintFor(notifier, known, "notifier");
    report.error("TM_CONFIG_REFERENCE", at, message, { hint });
    return;
  }
  const problem = daemon.notifiers.get(notifier)?.spec.addressProblem(address) ?? null;
  if (problem !== null) {
    const what = address === null ? `the target \`${clip(notifier)}\`` : "the target's address";
    report.error("TM_CONFIG_INVALID", at, `${what}: ${problem}`);
  }
}

/**
 * Reports teams that would be told of something and have no target for it. What an owner can be told
 * follows from the level of the product and of the SLOs that name a check, for every check that can open
 * an incident.
 */
export function checkReach(
  daemon: DaemonPieces,
  products: Iterable<ProductPieces>,
  report: Report,
): void {
  const told = new Set<string>();
  for (const product of products) {
    for (const { team, level } of raisedBy(product, daemon)) {
      const piece = daemon.teams.get(team);
      const key = `${level}:${team}`;
      if (piece && piece.notify[level].length === 0 && !told.has(key)) {
        told.add(key);
        reportUnreached(piece, level, product, report);
      }
    }
  }
}

function reportUnreached(
  team: TeamPiece,
  level: ToldLevel,
  product: ProductPieces,
  report: Report,
): void {
  const name = clip(String(team.at.at(-1)));
  const source = clip(product.name ?? product.source.file);
  const message = `the team \`${name}\` has no \`${level}\` target, and \`${source}\` can raise a ${level}`;
  report.error("TM_CONFIG_INVALID", [...team.at, "notify"], message, {
    spot: "key",
    hint: `add one under \`notify.${level}\`, or give the product another \`tier\` or \`alert\``,
  });
}

function raisedBy(
  product: ProductPieces,
  daemon: DaemonPieces,
): readonly { readonly team: string; readonly level: ToldLevel }[] {
  const usual = productAlert(product, daemon);
  const { owner } = product.fields.known;
  const raised = new Map<string, { team: string; level: ToldLevel }>();
  for (const dataset of product.datasets) {
    for (const check of dataset.checks.filter(canAlert)) {
      const team = check.fields.known.owner ?? owner;
      const named = product.slos
        .filter((slo) => slo.checks.includes(`${dataset.name}/${check.name}`))
        .map((slo) => slo.fields.known.alert ?? usual);
      for (const level of [usual, ...named]) {
        if (team !== undefined && level !== null && level !== "none") {
          raised.set(`${level}:${team}`, { team, level });
        }
      }
    }
  }
  return [...raised.values()];
}
