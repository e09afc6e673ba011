/** One line of an exposition that carries a value. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const headerLine = /^# (?:HELP|TYPE) ([a-z_]+) (.+)$/;
const seriesLine = /^([a-z_]+)(?:\{(.*)\})? (-?[0-9.e+-]+)$/;
const labelPair = /^([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/;

/**
 * Reads the Prometheus text format 0.0.4 as narrowly as it may be written. Throws for a line that is
 * not of it, a value that is not finite, a family whose lines are not together or that is declared
 * twice, and a series that occurs twice.
 */
export function parseExposition(text: string): readonly Series[] {
  if (!text.endsWith("\n")) {
    throw new Error("the last line does not end");
  }
  const declared = new Set<string>();
  const seen = new Set<string>();
  const series: Series[] = [];
  let family = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const header = headerLine.exec(line);
    if (header !== null) {
      family = header[1] ?? "";
      declareOnce(declared, line.slice(0, 7) + family);
      continue;
    }
    const one = parseSeries(line);
    if (one.name.replace(/_(bucket|sum|count)$/, "") !== family && one.name !== family) {
      throw new Error(`${one.name} stands in the family ${family}`);
    }
    declareOnce(seen, JSON.stringify([one.name, one.labels]));
    series.push(one);
  }
  return series;
}

/** The series of one metric, as `label=value,… value`, in order. */
export function seriesOf(text: string, name: string): readonly string[] {
  return parseExposition(text)
    .filter((series) => series.name === name)
    .map(({ labels, value }) =>
      `${Object.entries(labels)
        .map(([label, of]) => `${label}=${of}`)
        .join(",")} ${value}`.trim(),
    );
}

function declareOnce(known: Set<string>, what: string): void {
  if (known.has(what)) {
    throw new Error(`twice: ${what}`);
  }
  known.add(what);
}

function parseSeries(line: string): Series {
  const match = seriesLine.exec(line);
  const value = Number(match?.[3]);
  if (match === null || !Number.isFinite(value)) {
    throw new Error(`not a line of the format: ${line}`);
  }
  const labels = Object.create(null) as Record<string, string>;
  for (let rest = match[2] ?? ""; rest !== ""; ) {
    const pair = labelPair.exec(rest);
    if (pair === null) {
      throw new Error(`not labels: ${rest}`);
    }
    labels[pair[1] ?? ""] = unescaped(pair[2] ?? "");
    rest = rest.slice(pair[0].length);
  }
  return { name: match[1] ?? "", labels, value };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character));
}
