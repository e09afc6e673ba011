import { describe, expect, it } from "vitest";
import type { SqlDialect } from "../../src/core/connector.ts";
import type { GapsRequest } from "../../src/core/measurement.ts";
import type { SqlValue } from "../../src/core/value.ts";
import { isInfiniteTime } from "./connector-cases.ts";
import {
  compareTimeCases,
  epochMsCases,
  gapsCases,
  stretchCases,
  type TimeKind,
  timeKinds,
} from "./connector-time-cases.ts";

/** Where the times are kept: tables of a database, or files. */
export interface TimeStage {
  readonly dialect: SqlDialect;
  /** False where times have no infinities: rows with one are then left out of every case. */
  readonly hasInfinities?: boolean;
  /** Makes a table of the one column `at`, its values cast from text, and answers what stands behind FROM. */
  readonly make: (
    name: string,
    kind: TimeKind,
    rows: readonly (string | null)[],
  ) => Promise<string>;
  /** The session's zone is `timezone`. */
  readonly rowsOf: (sql: string, timezone: string) => Promise<readonly (readonly SqlValue[])[]>;
}

/** The names that tables are made under; a connector that reads files must know them beforehand. */
export const timeTables: readonly string[] = [
  ...compareTimeCases.map((_, index) => `moments_${index}`),
  ...gapsCases.map((_, index) => `gaps_${index}`),
  ...timeKinds.map((kind) => `epoch_${kind}`),
  ...timeKinds.map((kind) => `stretch_${kind}`),
  "gaps_beside",
  "gaps_text",
  "gaps_many",
  "gaps_scattered",
];

export function literalOf(text: string | null): string {
  return text === null ? "null" : `'${text.replaceAll("'", "''")}'`;
}

/** Comparing with a moment, milliseconds since 1970, and gaps between successive times. */
export function describeTimes({ dialect, make, rowsOf, hasInfinities = true }: TimeStage): void {
  const isThere = (text: string | null) => hasInfinities || !isInfiniteTime(text);
  const at = dialect.quoteIdentifier("at");
  const gapsOf = (relation: string, given: Partial<GapsRequest> = {}) => {
    const request: GapsRequest = {
      kind: "gaps",
      id: "gaps",
      of: at,
      filter: `${at} is not null`,
      longerThanMs: 3_600_000,
      maxGaps: 2_000,
      ...given,
    };
    return dialect.gaps(request, relation, `(${request.filter}\n)`);
  };

  describe("times", () => {
    for (const [index, given] of compareTimeCases.entries()) {
      it(`compares ${given.kind} columns with a moment in ${given.timezone}, case ${index + 1}`, async () => {
        const rows = [...given.rows, null];
        const relation = await make(`moments_${index}`, given.kind, rows);
        const counts = (["<", "<=", ">=", ">"] as const).map((op) => {
          const filter = dialect.compareTime(at, op, given.moment);
          return dialect.aggregate({ kind: "aggregate", id: op, fn: "count", filter });
        });
        const sql = `select ${counts.join(", ")} from ${relation}`;
        const after = BigInt(given.rows.length) - given.counts[1];
        expect(await rowsOf(sql, given.timezone)).toEqual([[...given.counts, after]]);
      });
    }

    for (const kind of timeKinds) {
      it(`gives ${kind} columns as milliseconds since 1970`, async () => {
        const cases = epochMsCases[kind].filter(([text]) => isThere(text));
        const relation = await make(`epoch_${kind}`, kind, [null, ...cases.map(([text]) => text)]);
        const sql = `select ${dialect.epochMs(at)} as ms from ${relation} order by ${at} nulls last`;
        const rows = (await rowsOf(sql, "Europe/Berlin")).map(([ms]) => ms);
        expect(rows).toEqual([...cases.map(([, ms]) => ms), null]);
      });

      it(`groups ${kind} columns by stretches of time`, async () => {
        const cases = stretchCases[kind];
        const texts = cases.map(([text]) => text);
        const relation = await make(`stretch_${kind}`, kind, texts);
        const stretch = dialect.stretch(at, 900_000);
        const sql = `select ${stretch} as stretch, count(*) as n from ${relation} group by ${stretch} order by 1`;
        const rows = await rowsOf(sql, "Europe/Berlin");
        expect(rows.map(([number, n]) => [Number(number), n])).toEqual(
          cases.map(([, number]) => [number, 1n]),
        );
      });
    }
  });

  describe("gaps", () => {
    for (const [index, given] of gapsCases.entries()) {
      it(`finds gaps ${given.title}`, async () => {
        const { kind, rows, after, timezone, longerThanMs, maxGaps } = given;
        const relation = await make(`gaps_${index}`, kind, rows.filter(isThere));
        const filter = after === null ? "1 = 1" : dialect.compareTime(at, ">", after);
        const gaps = gapsOf(relation, { filter, longerThanMs, maxGaps });
        expect(await rowsOf(`select ${gaps} as gaps`, timezone)).toEqual([[given.expected]]);
      });
    }

    it("finds gaps beside other figures of the same statement", async () => {
      const relation = await make("gaps_beside", "instant", [
        "2026-07-01 00:00:00+00:00",
        "2026-07-01 02:00:00+00:00",
      ]);
      const newest = dialect.aggregate({ kind: "aggregate", id: "newest", fn: "max", of: at });
      const sql = `select ${newest} as a, ${gapsOf(relation)} as b, count(*) as c from ${relation}`;
      expect(await rowsOf(sql, "UTC")).toEqual([
        [
          { type: "instant", ms: 1_782_871_200_000 },
          ":1782864000000,1782864000000:1782871200000",
          2n,
        ],
      ]);
    });

    it("does not understand gaps in a column that holds no time", async () => {
      const relation = await make("gaps_text", "instant", ["2026-07-01 00:00:00+00:00"]);
      const gaps = gapsOf(relation, { of: `cast(${at} as text)` });
      await expect(rowsOf(`select ${gaps} as gaps`, "UTC")).rejects.toMatchObject({
        failure: { kind: "invalid_query" },
      });
    });

    it("stops at one gap more than 2,000", async () => {
      const rows = Array.from({ length: 2_500 }, (_, n) => textOf(n * 7_200_000));
      const relation = await make("gaps_many", "instant", rows);
      const [[text] = []] = await rowsOf(`select ${gapsOf(relation)} as gaps`, "UTC");
      const gaps = typeof text === "string" ? text.split(",") : [];
      expect(gaps).toHaveLength(2_001);
      expect([gaps[0], gaps[2_000]]).toEqual([":0", "14392800000:14400000000"]);
    });

    it("finds each gap between scattered times, whatever the limit", async () => {
      const times = scatteredMs(300);
      const relation = await make("gaps_scattered", "local", times.map(textOf));
      for (const longerThanMs of [0, 1, 2, 3, 500, 999, 1_000, 59_999, 60_000, 3_600_000]) {
        const gaps = gapsOf(relation, { longerThanMs });
        expect([longerThanMs, await rowsOf(`select ${gaps} as gaps`, "America/New_York")]).toEqual([
          longerThanMs,
          [[gapsBetween(times, longerThanMs)]],
        ]);
      }
    });
  });
}

function textOf(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ").replace("Z", "");
}

/** Times before and after 1970 whose distances lie around powers of ten; the same ones always, in no order. */
function scatteredMs(count: number): readonly number[] {
  const times: number[] = [];
  let ms = -500_000_000;
  let seed = 12_345;
  for (let n = 0; n < count; n += 1) {
    seed = (seed * 48_271) % 2_147_483_647;
    ms +=
      [0, 1, 2, 3, 499, 500, 501, 999, 1_000, 1_001, 60_000, 60_001, 3_600_001, 9_000_000][
        seed % 14
      ] ?? 0;
    times.push(ms);
  }
  return times.toSorted((a, b) => (a % 977) - (b % 977));
}

/** The same, found by comparing each time with the one before. */
function gapsBetween(times: readonly number[], longerThanMs: number): string {
  const sorted = times.toSorted((a, b) => a - b);
  const gaps = sorted.flatMap((toMs, index) => {
    const fromMs = sorted[index - 1];
    return fromMs === undefined || toMs - fromMs > longerThanMs ? [`${fromMs ?? ""}:${toMs}`] : [];
  });
  return gaps.join(",");
}
