import { spawnSync } from "node:child_process";
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { environment } from "../package/npm.ts";
import type { Instruction, Stage } from "./dockerfile.ts";

/**
 * Follows the steps of a Dockerfile on this host, without an engine: each stage is a folder, COPY copies into it, and
 * RUN runs in its WORKDIR with this process's Node. The base images' own files are this host's. Returns the folder of
 * the last stage. Throws where a step fails, or copies what .dockerignore keeps back.
 */
export function build(stages: readonly Stage[], context: string, into: string): string {
  const roots = new Map<string, string>();
  let root = into;
  for (const stage of stages) {
    root = join(into, `stage-${stage.name}`);
    mkdirSync(root, { recursive: true });
    roots.set(stage.name, root);
    follow(stage, { root, roots, context, admitted: admittedBy(context) });
  }
  return root;
}

interface Surroundings {
  readonly root: string;
  readonly roots: ReadonlyMap<string, string>;
  readonly context: string;
  readonly admitted: readonly string[];
}

function follow({ instructions }: Stage, surroundings: Surroundings): void {
  let folder = "/";
  for (const instruction of instructions) {
    if (instruction.name === "WORKDIR") {
      folder = resolve(folder, instruction.text);
      mkdirSync(join(surroundings.root, folder), { recursive: true });
    } else if (instruction.name === "COPY") {
      copy(instruction, folder, surroundings);
    } else if (instruction.name === "RUN") {
      run(instruction.text, join(surroundings.root, folder));
    }
  }
}

function run(command: string, cwd: string): void {
  const { status, stdout, stderr } = spawnSync("sh", ["-ec", command], {
    cwd,
    env: { ...environment(dirname(process.execPath)), npm_config_prefer_offline: "true" },
    encoding: "utf8",
  });
  if (status !== 0) {
    throw new Error(`RUN ${command} ended with ${status}:\n${stdout}${stderr}`);
  }
}

function copy({ flags, words }: Instruction, folder: string, surroundings: Surroundings): void {
  const { from, chown } = flags;
  const sources = words.slice(0, -1);
  const named = words.at(-1) ?? "";
  const target = join(surroundings.root, resolve(folder, named));
  const isFolder = named.endsWith("/");
  for (const source of sources) {
    const path = sourcePath(source, from, surroundings);
    const isTree = statSync(path).isDirectory();
    // A folder's content is copied, and not the folder; a file keeps its name in a folder.
    const place = !isTree && isFolder ? join(target, basename(path)) : target;
    mkdirSync(dirname(place), { recursive: true });
    cpSync(path, place, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    if (chown !== undefined && process.getuid?.() === 0) {
      const [user = 0, group = 0] = chown.split(":").map(Number);
      chownSync(place, user, group);
    }
  }
}

function sourcePath(source: string, from: string | undefined, surroundings: Surroundings): string {
  if (from !== undefined) {
    return join(surroundings.roots.get(from) ?? surroundings.context, source);
  }
  const isAdmitted = surroundings.admitted.some((one) => source === one);
  const path = join(surroundings.context, source);
  if (!isAdmitted || !existsSync(path)) {
    throw new Error(`COPY ${source}: it is not in the build's context`);
  }
  return path;
}

/** What .dockerignore lets through: everything is ignored, and each exception is copied as it stands. */
function admittedBy(context: string): readonly string[] {
  const lines = readFileSync(join(context, "deploy/Dockerfile.dockerignore"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (lines[0] !== "*") {
    throw new Error("Dockerfile.dockerignore has to begin with `*`");
  }
  return lines.slice(1).map((line) => line.replace(/^!/, ""));
}
