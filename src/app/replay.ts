import { readFile } from "node:fs/promises";
import { parseScenario } from "../config/scenario.ts";
import { TidemarkError } from "../core/errors.ts";
import { replay } from "../slo/replay.ts";
import type { ReplayOutput } from "../slo/replay-output.ts";
import { ConfigurationError } from "./configuration.ts";

/** Evaluates the scenario in a file. Throws `ConfigurationError` with every problem of it. */
export async function replayFile(path: string): Promise<ReplayOutput> {
  const { scenario, problems } = parseScenario(await read(path), path);
  if (scenario === null) {
    throw new ConfigurationError(problems);
  }
  return replay(scenario);
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path === "-" ? "/dev/stdin" : path, "utf8");
  } catch (cause) {
    throw new TidemarkError("TM_REPLAY_INPUT", `${path} cannot be read`, { cause });
  }
}
