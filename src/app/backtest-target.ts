import type { BacktestSubject } from "../core/check.ts";
import { TidemarkError } from "../core/errors.ts";
import type { Check, Dataset, Mesh } from "../core/mesh.ts";
import type { DurationMs } from "../core/vocabulary.ts";
import { shortestGap } from "../time/schedule.ts";
import { types } from "./registries.ts";

/** What is to be tried, as it was written. */
export interface AskedTarget {
  /** `product/dataset/check`, or `product/dataset` with `type` and `column`. */
  readonly target: string;
  readonly type?: "freshness" | "volume";
  readonly column?: string;
}

export interface BacktestTarget {
  readonly dataset: Dataset;
  /** Null: no check promises it yet. */
  readonly check: Check | null;
  readonly type: string;
  readonly subject: BacktestSubject;
  readonly cadenceMs: DurationMs;
}

const dayMs = 86_400_000;
const defaultCadenceMs = 3_600_000;

/**
 * Throws `TM_SELECTOR` for what is not in the mesh, `TM_USAGE` for options that do not go together, and
 * `TM_BACKTEST_SUBJECT` for a check that the data keeps no history of.
 */
export function backtestTarget(mesh: Mesh, asked: AskedTarget): BacktestTarget {
  const depth = asked.target.split("/").length;
  if (depth === 3) {
    return ofCheck(mesh, asked);
  }
  if (depth === 2) {
    return ofDataset(mesh, asked);
  }
  throw new TidemarkError("TM_SELECTOR", `\`${asked.target}\` is no check and no dataset`, {
    hint: "Write product/dataset/check, or product/dataset with `--type` and `--column`.",
  });
}

/** Disabled checks too: trying a promise is a way to find out whether to enable it. */
function ofCheck(mesh: Mesh, { target, type, column }: AskedTarget): BacktestTarget {
  const check = mesh.checks.get(target);
  const dataset = mesh.datasets.get(check?.datasetId ?? "");
  if (check === undefined || dataset === undefined) {
    throw new TidemarkError("TM_SELECTOR", `there is no check ${target}`, {
      hint: "`tidemark plan` lists every check by its id.",
    });
  }
  if (type !== undefined) {
    throw new TidemarkError("TM_USAGE", `\`--type\` goes with a dataset: ${target} is a check`, {
      hint: `It is of type ${check.type}.`,
    });
  }
  const subject = types.of(check).backtest?.(check.params) ?? null;
  if (subject === null) {
    throw new TidemarkError(
      "TM_BACKTEST_SUBJECT",
      `${target} cannot be backtested: the data keeps no history of what it promises`,
      {
        hint:
          check.type === "volume"
            ? `It counts the whole dataset. \`tidemark backtest ${check.datasetId} --type volume --column <time>\` tries rows a day.`
            : `Checks of type ${check.type} look at the data as it is now.`,
      },
    );
  }
  return {
    dataset,
    check,
    type: check.type,
    subject: column === undefined ? subject : { ...subject, column },
    cadenceMs: shortestGap(check.schedule),
  };
}

function ofDataset(mesh: Mesh, { target, type, column }: AskedTarget): BacktestTarget {
  const dataset = mesh.datasets.get(target);
  if (dataset === undefined) {
    throw new TidemarkError("TM_SELECTOR", `there is no dataset ${target}`, {
      hint: "`tidemark plan` lists the datasets with their checks.",
    });
  }
  if (type === undefined || column === undefined) {
    const checks = dataset.checkIds.join(", ");
    throw new TidemarkError("TM_USAGE", "a dataset is tried with `--type` and `--column`", {
      hint: checks === "" ? "It has no checks." : `Or name one of its checks: ${checks}.`,
    });
  }
  return type === "freshness"
    ? {
        dataset,
        check: null,
        type,
        subject: { kind: "loads", column, time: "load", maxAgeMs: null },
        cadenceMs: cadenceOf(dataset, mesh),
      }
    : {
        dataset,
        check: null,
        type,
        subject: {
          kind: "rows",
          column,
          windowMs: dayMs,
          isComplete: true,
          min: null,
          max: null,
        },
        cadenceMs: dayMs,
      };
}

/** That of its checks, as far as there are any: the dataset's schedule is theirs unless they say otherwise. */
function cadenceOf({ checkIds }: Dataset, mesh: Mesh): DurationMs {
  const first = mesh.checks.get(checkIds[0] ?? "");
  return first === undefined ? defaultCadenceMs : shortestGap(first.schedule);
}
