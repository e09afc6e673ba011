import { basename, dirname, resolve } from "node:path";
import type { Clock } from "../core/clock.ts";
import type { Problem } from "../core/errors.ts";
import type { Mesh, StoreDefinition } from "../core/mesh.ts";
import type { ConfigurationFile } from "../core/store.ts";
import { Breath } from "./breath.ts";
import { daemonPieces } from "./compile/daemon.ts";
import type { DaemonPieces, ProductPieces } from "./compile/pieces.ts";
import { productPieces } from "./compile/product.ts";
import { expandDaemon } from "./expand.ts";
import {
  type FileText,
  findProductFiles,
  readConfigurationFile,
  readSecretFile,
  shownPath,
} from "./files.ts";
import { findStore } from "./find-store.ts";
import { type Kinds, kindsOf, type Registries } from "./kinds.ts";
import { type LoadedProduct, linkMesh } from "./link-mesh.ts";
import { Report } from "./problems.ts";
import { YamlSource } from "./yaml-source.ts";

export interface LoadedConfiguration {
  /** Null when there is any error but that of a calendar that has ended: the rest can be watched. */
  readonly mesh: Mesh | null;
  /** By file, each in the order of its lines. */
  readonly problems: readonly Problem[];
  /** As they stood, unexpanded; tidemark.yaml first. */
  readonly files: readonly ConfigurationFile[];
  /** How many files were parsed and not taken from the last load. */
  readonly parsedFiles: number;
}

/** A product file; `path` is relative to the folder of tidemark.yaml. */
interface ProductFile {
  readonly path: string;
  readonly read: () => Promise<FileText>;
}

interface ParsedProduct {
  readonly text: string;
  readonly pieces: ProductPieces | null;
  readonly problems: readonly Problem[];
}

/** Characters of YAML between two turns of the event loop: about 20 ms. */
const charactersPerTurn = 16_384;

const filesAtOnce = 32;

/**
 * Loads tidemark.yaml and the product files that it names into a mesh, with every problem at once. Keeps
 * what it parsed by path and content, so that a reload parses only what changed. Lets the event loop turn.
 */
export class ConfigurationLoader {
  readonly #kinds: Kinds;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #clock: Pick<Clock, "now">;
  #parsed = new Map<string, ParsedProduct>();

  /** `clock` tells which calendars have ended. */
  constructor(
    registries: Registries,
    env: Readonly<Record<string, string | undefined>>,
    clock: Pick<Clock, "now">,
  ) {
    this.#kinds = kindsOf(registries);
    this.#env = env;
    this.#clock = clock;
  }

  /** From disk. `path` is that of tidemark.yaml, and problems name files beside it. */
  async load(path: string): Promise<LoadedConfiguration> {
    const read = await readConfigurationFile(path);
    return this.#load(path, read, async (globs, problem) => {
      const paths = await findProductFiles(dirname(resolve(path)), globs);
      if (paths.length === 0) {
        problem();
      }
      return paths.map((found) => ({
        path: found,
        read: () => readConfigurationFile(resolve(dirname(path), found)),
      }));
    });
  }

  /** From files that were kept, tidemark.yaml first. Secrets are read from disk and environment as ever. */
  loadFiles(path: string, files: readonly ConfigurationFile[]): Promise<LoadedConfiguration> {
    const [daemon, ...products] = files;
    const read = daemon === undefined ? { problem: "is missing" } : { text: daemon.text };
    return this.#load(path, read, async () =>
      products.map((file) => ({ path: file.path, read: async () => ({ text: file.text }) })),
    );
  }

  /**
   * Where the store is, as well as can be told from a tidemark.yaml that may be broken elsewhere or absent:
   * the last good files are in it. Null when the file says where and it cannot be understood.
   */
  async peekStore(path: string): Promise<StoreDefinition | null> {
    return findStore(path, this.#env);
  }

  async #load(
    path: string,
    read: FileText,
    findProducts: (
      globs: readonly string[],
      noProducts: () => void,
    ) => Promise<readonly ProductFile[]>,
  ): Promise<LoadedConfiguration> {
    if ("problem" in read) {
      return { mesh: null, problems: [unreadable(path, read.problem)], files: [], parsedFiles: 0 };
    }
    const files: ConfigurationFile[] = [{ path: basename(path), text: read.text }];
    const source = await YamlSource.read(path, read.text);
    if (source.value === undefined) {
      return { mesh: null, problems: source.problems, files, parsedFiles: 1 };
    }
    const report = new Report(source);
    const daemon = await this.#daemon(path, source, report);
    const found = await findProducts(daemon.products, () => {
      if (daemon.products.length > 0) {
        const hint = "globs are relative to the folder of this file";
        const message = "`products` matches no file";
        report.error("TM_CONFIG_NO_PRODUCTS", ["products"], message, { hint });
      }
    });
    const { products, parsedFiles } = await this.#products(path, found, files);
    const linked = await linkMesh(daemon, report, products, {
      baseDir: dirname(resolve(path)),
      nowMs: this.#clock.now(),
    });
    source.release();
    return { ...linked, files, parsedFiles: parsedFiles + 1 };
  }

  async #daemon(path: string, source: YamlSource, report: Report): Promise<DaemonPieces> {
    const baseDir = dirname(resolve(path));
    const readSecret = async (file: string): Promise<FileText> => {
      const read = await readSecretFile(resolve(baseDir, file));
      return "text" in read ? read : { problem: `the file of this reference ${read.problem}` };
    };
    const expansion = await expandDaemon(source.value, { env: this.#env, readSecret }, report);
    return daemonPieces(expansion, this.#kinds, baseDir, report);
  }

  async #products(
    daemonPath: string,
    found: readonly ProductFile[],
    files: ConfigurationFile[],
  ): Promise<{ readonly products: readonly LoadedProduct[]; readonly parsedFiles: number }> {
    const breath = new Breath(charactersPerTurn);
    const parsed = new Map<string, ParsedProduct>();
    const products: LoadedProduct[] = [];
    let parsedFiles = 0;
    for await (const { path, read } of readAhead(found)) {
      const file = shownPath(dirname(daemonPath), path);
      if ("problem" in read) {
        products.push({ file, pieces: null, problems: [unreadable(file, read.problem)] });
        continue;
      }
      files.push({ path, text: read.text });
      const key = resolve(dirname(daemonPath), path);
      const known = this.#parsed.get(key);
      const isKnown = known?.text === read.text;
      const product = isKnown ? known : await this.#product(file, key, read.text);
      parsedFiles += isKnown ? 0 : 1;
      parsed.set(key, product);
      products.push({ file, pieces: product.pieces, problems: product.problems });
      await breath.spend(isKnown ? 256 : read.text.length);
    }
    this.#parsed = parsed;
    return { products, parsedFiles };
  }

  async #product(file: string, absolutePath: string, text: string): Promise<ParsedProduct> {
    const source = await YamlSource.read(file, text);
    if (source.value === undefined) {
      return { text, pieces: null, problems: source.problems };
    }
    const pieces = productPieces(source, this.#kinds, dirname(absolutePath));
    source.release();
    return { text, pieces, problems: pieces.problems };
  }
}

/** Reads some files at once, since most of the time of a small file goes by in waiting. */
async function* readAhead(
  files: readonly ProductFile[],
): AsyncGenerator<{ readonly path: string; readonly read: FileText }> {
  for (let start = 0; start < files.length; start += filesAtOnce) {
    const some = files.slice(start, start + filesAtOnce);
    yield* await Promise.all(some.map(async ({ path, read }) => ({ path, read: await read() })));
  }
}

function unreadable(file: string, problem: string): Problem {
  const place = { file, line: 1, column: 1 };
  return { code: "TM_CONFIG_READ", level: "error", ...place, message: `this file ${problem}` };
}
