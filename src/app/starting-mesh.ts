import { existsSync } from "node:fs";
import { diffMesh } from "../config/diff.ts";
import type { ConfigurationLoader, LoadedConfiguration } from "../config/load.ts";
import { formatProblem } from "../config/problems.ts";
import type { Problem } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Mesh } from "../core/mesh.ts";
import type { ConfigurationFile, Store } from "../core/store.ts";
import { ConfigurationError } from "./configuration.ts";

export interface StartingMesh {
  readonly mesh: Mesh;
  readonly store: Store;
  readonly files: readonly ConfigurationFile[];
  /** False when the files on disk are broken and the last good ones from the store are watched. */
  readonly isFromDisk: boolean;
}

/**
 * The mesh to start with: the one on disk or, when that is broken, the last good one from the store, so
 * that one team's slip and a restart do not stop everybody's watch. Throws `ConfigurationError` when there
 * is neither: only a first start refuses.
 */
export async function startingMesh(
  loader: ConfigurationLoader,
  path: string,
  logger: Logger,
  openStore: (path: string) => Promise<Store>,
): Promise<StartingMesh> {
  const fromDisk = await loader.load(path);
  const { problems } = fromDisk;
  if (fromDisk.mesh !== null) {
    logProblems(problems, logger);
    const store = await openStore(fromDisk.mesh.store.path);
    return { mesh: fromDisk.mesh, store, files: fromDisk.files, isFromDisk: true };
  }
  const where = await loader.peekStore(path);
  if (where === null || !existsSync(where.path)) {
    throw new ConfigurationError(problems);
  }
  const store = await openStore(where.path);
  const lastGood = await lastGoodOf(loader, path, store);
  if (lastGood === null || lastGood.mesh === null) {
    throw new ConfigurationError(problems);
  }
  logProblems(problems, logger);
  logger.error({}, "the configuration is broken; the last good one is used");
  return { mesh: lastGood.mesh, store, files: lastGood.files, isFromDisk: false };
}

async function lastGoodOf(
  loader: ConfigurationLoader,
  path: string,
  store: Store,
): Promise<LoadedConfiguration | null> {
  const files = await store.configuration.lastGood();
  return files === null ? null : loader.loadFiles(path, files);
}

/** The mesh on disk, after logging how it differs from `before`; null, after logging why, when it is broken. */
export async function reloadMesh(
  loader: ConfigurationLoader,
  path: string,
  before: Mesh,
  logger: Logger,
): Promise<{ mesh: Mesh; files: readonly ConfigurationFile[] } | null> {
  const { mesh, problems, files, parsedFiles } = await loader.load(path);
  logProblems(problems, logger);
  if (mesh === null) {
    logger.error({}, "the configuration is broken; what was watched is still watched");
    return null;
  }
  if (mesh.store.path !== before.store.path || !isSameHttp(mesh, before)) {
    logger.warn({}, "a change of `store` or `http` takes effect with the next start");
  }
  logger.info({ ...diffMesh(before, mesh), parsed_files: parsedFiles }, "configuration reloaded");
  return { mesh, files };
}

function logProblems(problems: readonly Problem[], logger: Logger): void {
  for (const problem of problems) {
    const text = formatProblem(problem);
    if (problem.level === "error") {
      logger.error({ code: problem.code }, text);
    } else {
      logger.warn({ code: problem.code }, text);
    }
  }
}

function isSameHttp({ http: a }: Mesh, { http: b }: Mesh): boolean {
  return a.host === b.host && a.port === b.port && a.token === b.token;
}
