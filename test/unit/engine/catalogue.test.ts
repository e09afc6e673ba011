import pLimit from "p-limit";
import { describe, expect, it } from "vitest";
import { ConnectorError, type DatasetRef } from "../../../src/core/connector.ts";
import { CatalogueReader, StatisticsReader } from "../../../src/engine/catalogue.ts";
import { silentLogger } from "../../helpers/silent-logger.ts";

const tableOf = (id: string): DatasetRef => ({ id, source: { kind: "table", parts: [id] } });
const filesOf = (id: string): DatasetRef => ({ id, source: { kind: "files", globs: [id] } });
const queryOf = (id: string): DatasetRef => ({ id, source: { kind: "query", sql: id } });

/** A reader of a catalogue in which every dataset has one column, and the calls that it got, in order. */
function readerWith(concurrency: number, broken: ReadonlySet<string> = new Set()) {
  const calls: string[][] = [];
  const gate = pLimit(concurrency);
  const reader = new CatalogueReader(gate, silentLogger, async (refs) => {
    calls.push(refs.map(({ id }) => id));
    if (refs.some(({ id }) => broken.has(id))) {
      throw new ConnectorError({ kind: "timeout", message: "Too slow." });
    }
    return refs
      .filter(({ id }) => id !== "left out")
      .map(({ id }) => ({
        datasetId: id,
        columns: { ok: true, value: [{ name: id, type: "int", nullable: null }], atMs: 0 },
      }));
  });
  return { calls, gate, reader };
}

describe("the catalogue reader", () => {
  it("reads the columns of all tables of a turn at once, before the statements behind them", async () => {
    const { calls, gate, reader } = readerWith(1);
    const asked = [];
    for (const id of ["a", "b", "c"]) {
      asked.push(reader.columnsOf(tableOf(id)));
      asked.push(gate(async () => calls.push([`figures of ${id}`])));
    }
    await Promise.all(asked);
    expect(calls).toEqual([["a", "b", "c"], ["figures of a"], ["figures of b"], ["figures of c"]]);
  });

  it("goes on gathering while the connection is busy", async () => {
    const { calls, gate, reader } = readerWith(1);
    const { promise, resolve } = Promise.withResolvers<void>();
    const busy = gate(() => promise);
    const first = reader.columnsOf(tableOf("a"));
    await Promise.resolve();
    const second = reader.columnsOf(tableOf("b"));
    resolve();
    await Promise.all([busy, first, second]);
    expect(calls).toEqual([["a", "b"]]);
    await reader.columnsOf(tableOf("c"));
    expect(calls).toEqual([["a", "b"], ["c"]]);
  });

  it("reads files and queries one by one, so that a slow one delays no other", async () => {
    const { calls, reader } = readerWith(4, new Set(["slow"]));
    const answers = await Promise.all(
      [filesOf("x"), filesOf("slow"), queryOf("y")].map((ref) => reader.columnsOf(ref)),
    );
    expect(calls).toEqual([["x"], ["slow"], ["y"]]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, true]);
  });

  it("answers every table with the failure of the read that it was part of", async () => {
    const { reader } = readerWith(4, new Set(["b"]));
    const answers = await Promise.all([tableOf("a"), tableOf("b")].map((r) => reader.columnsOf(r)));
    expect(answers).toEqual([
      { ok: false, failure: { kind: "timeout", message: "Too slow." } },
      { ok: false, failure: { kind: "timeout", message: "Too slow." } },
    ]);
  });

  it("reads the metadata of all tables of a turn at once, as the catalogue", async () => {
    const calls: string[][] = [];
    const reader = new StatisticsReader(pLimit(1), silentLogger, async (refs) => {
      calls.push(refs.map(({ id }) => id));
      return refs.map(({ id }) => ({
        datasetId: id,
        statistics: { ok: true, value: { bytes: id.length }, atMs: 7 },
      }));
    });
    const answers = await Promise.all(["a", "bb"].map((id) => reader.statisticsOf(tableOf(id))));
    expect(calls).toEqual([["a", "bb"]]);
    expect(answers).toEqual([
      { ok: true, value: { bytes: 1 }, atMs: 7 },
      { ok: true, value: { bytes: 2 }, atMs: 7 },
    ]);
  });

  it("says so when an answer leaves a dataset out", async () => {
    const { reader } = readerWith(4);
    expect(await reader.columnsOf(tableOf("left out"))).toMatchObject({
      ok: false,
      failure: { kind: "internal" },
    });
  });
});
