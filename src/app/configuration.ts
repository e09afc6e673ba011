import { ConfigurationLoader, type LoadedConfiguration } from "../config/load.ts";
import { type Problem, TidemarkError } from "../core/errors.ts";
import type { Mesh } from "../core/mesh.ts";
import { systemClock } from "./clock.ts";
import { registries } from "./registries.ts";

/** The configuration is not usable; every problem at once. */
export class ConfigurationError extends TidemarkError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const errors = problems.filter(({ level }) => level === "error");
    super(
      errors[0]?.code ?? "TM_CONFIG_INVALID",
      errors.length === 1 ? "1 problem" : `${errors.length} problems`,
    );
    this.name = "ConfigurationError";
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

export function createLoader(env: Environment): ConfigurationLoader {
  return new ConfigurationLoader(registries, env, systemClock);
}

/** Every problem, warnings included; throws for nothing that a file holds. */
export function loadConfiguration(path: string, env: Environment): Promise<LoadedConfiguration> {
  return createLoader(env).load(path);
}

/** The compiled mesh, with its warnings. Throws `ConfigurationError` when there is any error. */
export async function loadMesh(
  path: string,
  env: Environment,
): Promise<{ mesh: Mesh; warnings: readonly Problem[] }> {
  const { mesh, problems } = await loadConfiguration(path, env);
  if (mesh === null) {
    throw new ConfigurationError(problems);
  }
  return { mesh, warnings: problems };
}
