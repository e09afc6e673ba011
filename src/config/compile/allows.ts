import { errorCodes } from "../../core/errors.ts";
import { type FeasibilityCode, feasibilityCodes } from "../../slo/feasibility.ts";
import { clip, listed, type Place, type Report } from "../problems.ts";
import { didYouMean } from "../suggest.ts";
import type { PlacedComment, YamlSource } from "../yaml-source.ts";

/**
 * `# tidemark: allow <code>: reason` takes one finding about one SLO as meant. It stands on the SLO's line, above
 * it, or inside it. One that does nothing is told, because whoever wrote it relies on it.
 */
export interface Allow {
  readonly place: Place;
  readonly code: FeasibilityCode;
}

interface Extent {
  readonly name: string;
  readonly from: Place;
  readonly toLine: number;
}

const pattern = /^tidemark:\s*allow\b\s*([^\s:]*)\s*(?::\s*(.*))?$/;

/** What is meant for us, well written or not: it starts with our word, and goes on with a colon or names a code. */
const meant = /^(?:tidemark:|[Tt]idemark\b.*\bTM_[A-Z])/;

/** The allows of a product file by the name of their SLO. Reports those that can allow nothing. */
export function allowsOf(
  source: YamlSource,
  slos: readonly string[],
  report: Report,
): ReadonlyMap<string, readonly Allow[]> {
  const allows = new Map<string, Allow[]>();
  const comments = source.commentsLike(meant);
  const extents = comments.length === 0 ? [] : extentsOf(source, slos);
  const sectionLine = comments.length === 0 ? 0 : source.place(["slos"], "key").line;
  for (const comment of comments) {
    const match = pattern.exec(comment.text);
    const code =
      match === null
        ? notUnderstood(comment, report)
        : codeOf(match[1] ?? "", match[2] ?? "", comment, report);
    const slo = code === null ? null : sloOf(comment, extents, sectionLine);
    if (code !== null && slo === null) {
      const message = "this comment stands at no SLO, and allows nothing";
      report.warningAt("TM_SLO_ALLOW", comment.place, message, "put it above the SLO or inside it");
    } else if (code !== null && slo !== null) {
      allows.set(slo, [...(allows.get(slo) ?? []), { place: comment.place, code }]);
    }
  }
  return allows;
}

function extentsOf(source: YamlSource, slos: readonly string[]): readonly Extent[] {
  return slos.flatMap((name) => {
    const extent = source.extent(["slos", name]);
    return extent === null ? [] : [{ name, ...extent }];
  });
}

function notUnderstood({ place }: PlacedComment, report: Report): null {
  const message = "this comment is not understood, and allows nothing";
  const hint = "write `# tidemark: allow <code>: reason`, one code to a comment";
  report.warningAt("TM_SLO_ALLOW", place, message, hint);
  return null;
}

/** The code that a comment allows, or null after it was reported. */
function codeOf(
  code: string,
  reason: string,
  { place }: PlacedComment,
  report: Report,
): FeasibilityCode | null {
  const known = feasibilityCodes.find((one) => one === code);
  const refuse = (message: string, hint?: string): null => {
    report.warningAt("TM_SLO_ALLOW", place, message, hint);
    return null;
  };
  if (known === undefined) {
    const isCode = Object.hasOwn(errorCodes, code);
    const what =
      code === ""
        ? "no code is named"
        : `\`${clip(code)}\` ${isCode ? "cannot be allowed" : "is no code"}`;
    const hint = didYouMean(code, feasibilityCodes) ?? `allowed can be ${listed(feasibilityCodes)}`;
    return refuse(`${what}: this comment allows nothing`, hint);
  }
  return reason.trim() === ""
    ? refuse("without a reason this comment allows nothing", `\`# tidemark: allow ${code}: why\``)
    : known;
}

/**
 * The SLO that a comment is about: the one on whose lines it stands; else, between two, the one whose keys it is
 * in line with: indented further than the next SLO's name it still belongs to the one before.
 */
function sloOf(
  { place, isAlone }: PlacedComment,
  slos: readonly Extent[],
  sectionLine: number,
): string | null {
  const { line, column } = place;
  const within = slos.findLast(
    ({ from, toLine }) =>
      (from.line < line || (from.line === line && from.column < column)) && line <= toLine,
  );
  if (within !== undefined || !isAlone) {
    return within?.name ?? null;
  }
  const before = slos.findLast(({ toLine }) => toLine < line);
  const after = slos.find(({ from }) => from.line > line);
  if (before !== undefined && column > before.from.column) {
    return before.name;
  }
  return line > sectionLine ? (after?.name ?? null) : null;
}
