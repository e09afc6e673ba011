/**
 * Runs the real `tidemark slo replay` over every scenario of a file of vectors, and compares what it prints with
 * what the file expects of it, key by key: what the file does not speak of may be anything.
 *
 *   node scripts/vectors.ts [FILE]
 */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { isDeepStrictEqual, parseArgs } from "node:util";
import pLimit from "p-limit";
import { TemporaryFolder } from "../test/helpers/folder.ts";
import { runTidemark } from "../test/helpers/tidemark.ts";
import { Verdicts } from "./_shared/verdicts.ts";

interface Vector {
  readonly name: string;
  readonly why: string;
  readonly scenario: unknown;
  readonly expected: unknown;
}

/** A key whose value is not the expected one. */
interface Difference {
  readonly key: string;
  readonly expected: unknown;
  readonly printed: unknown;
}

const { positionals } = parseArgs({ allowPositionals: true });
const file = positionals[0] ?? new URL("../test/vectors/slo.json", import.meta.url);
const { vectors } = JSON.parse(await readFile(file, "utf8")) as { vectors: readonly Vector[] };
if (vectors.length === 0) {
  throw new Error(`${String(file)} holds no vector`);
}

const verdicts = new Verdicts();
await using folder = await TemporaryFolder.make();
const limit = pLimit(availableParallelism());
const replays = vectors.map((vector, index) => limit(replayed, vector, `scenario-${index}.json`));
for (const [index, { name, why }] of vectors.entries()) {
  const differences = (await replays[index]) ?? [];
  verdicts.claim(`${name}: ${why}`, differences.length === 0, differences);
}
process.exitCode = verdicts.finish();

async function replayed(vector: Vector, path: string): Promise<readonly Difference[]> {
  await folder.write({ [path]: JSON.stringify(vector.scenario) });
  const ended = await runTidemark(["slo", "replay", folder.at(path)]);
  return ended.exitCode === 0
    ? [...differencesOf(vector.expected, JSON.parse(ended.stdout), "")]
    : [{ key: "exit code", expected: 0, printed: `${ended.exitCode}\n${ended.stderr}` }];
}

function* differencesOf(expected: unknown, printed: unknown, key: string): Generator<Difference> {
  if (!isRecord(expected) || !isRecord(printed)) {
    if (!isDeepStrictEqual(expected, printed)) {
      yield { key, expected, printed };
    }
    return;
  }
  for (const [name, value] of Object.entries(expected)) {
    yield* differencesOf(value, printed[name], key === "" ? name : `${key}.${name}`);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
