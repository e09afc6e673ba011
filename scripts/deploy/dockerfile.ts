/** One instruction of a Dockerfile, such as `COPY --from=build /a b`. */
export interface Instruction {
  readonly name: string;
  readonly flags: Readonly<Record<string, string>>;
  /** What follows the flags, as it stands. */
  readonly text: string;
  /** The same in words, or the JSON list that it is. */
  readonly words: readonly string[];
}

export interface Stage {
  /** `AS <name>`, or its place. */
  readonly name: string;
  readonly image: string;
  readonly instructions: readonly Instruction[];
}

/** What the replay knows; another instruction has to be taught first, rather than be passed over. */
const known = new Set(
  "FROM WORKDIR COPY RUN ENV LABEL USER VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD".split(
    " ",
  ),
);

/** Throws for an instruction that is not known. */
export function readDockerfile(text: string): readonly Stage[] {
  const stages: { name: string; image: string; instructions: Instruction[] }[] = [];
  for (const line of logicalLines(text)) {
    const instruction = instructionOf(line);
    if (instruction.name === "FROM") {
      const [image = "", as, name] = instruction.words;
      stages.push({
        name: as === undefined ? String(stages.length) : (name ?? ""),
        image,
        instructions: [],
      });
    } else {
      stages.at(-1)?.instructions.push(instruction);
    }
  }
  return stages;
}

/** The words of the last instruction of a name, or none. */
export function lastOf(stage: Stage, name: string): readonly string[] {
  return stage.instructions.findLast((one) => one.name === name)?.words ?? [];
}

function logicalLines(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join("\n")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n");
}

function instructionOf(line: string): Instruction {
  const [, name = "", rest = ""] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
  if (!known.has(name)) {
    throw new Error(`the replay does not know the instruction ${name}`);
  }
  const flags: Record<string, string> = {};
  let text = rest;
  for (;;) {
    const [whole, flag, value] = /^--([a-z-]+)=(\S+)\s+/.exec(text) ?? [];
    if (whole === undefined || flag === undefined || value === undefined) {
      break;
    }
    flags[flag] = value;
    text = text.slice(whole.length);
  }
  // The command of a HEALTHCHECK stands behind the word CMD.
  const list = text.replace(/^CMD\s+(?=\[)/, "");
  const words = list.startsWith("[") ? (JSON.parse(list) as string[]) : text.split(/\s+/);
  return { name, flags, text, words };
}
