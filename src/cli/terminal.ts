import { styleText } from "node:util";
import type { Outcome } from "../core/vocabulary.ts";

/** Where a command writes. Machine-readable output goes to stdout alone, everything else to stderr. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** A line that the next one replaces; nothing when stderr is a pipe. */
  progress(text: string): void;
  readonly paint: Paint;
  /** How wide stdout is, in characters; null where it is no terminal. */
  readonly columns: number | null;
}

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "blue";

export type Paint = (style: Style, text: string) => string;

export function openTerminal(options: { readonly color: boolean }): Terminal {
  const { stdout, stderr } = process;
  const isInteractive = stderr.isTTY;
  let hasProgress = false;
  const clear = (): void => {
    if (hasProgress) {
      stderr.write("\r\u001b[2K");
      hasProgress = false;
    }
  };
  return {
    out: (text) => {
      clear();
      stdout.write(`${text}\n`);
    },
    err: (text) => {
      clear();
      stderr.write(`${text}\n`);
    },
    progress: (text) => {
      if (isInteractive) {
        clear();
        stderr.write(text);
        hasProgress = text !== "";
      }
    },
    // Colours follow stdout, which carries the tables; NO_COLOR and FORCE_COLOR are honoured by node.
    paint: (style, text) =>
      options.color ? styleText(style, text, { stream: stdout, validateStream: true }) : text,
    columns: stdout.isTTY ? stdout.columns : null,
  };
}

/** Unknown is neither green nor red. */
export const outcomeStyles: Readonly<Record<Outcome, Style>> = {
  pass: "green",
  warn: "yellow",
  fail: "red",
  error: "blue",
  skip: "dim",
};

/** Columns padded to their widest cell. Cells are plain; `paint` colours one after its width is known. */
export function table(
  rows: readonly (readonly string[])[],
  paint: (cell: string, row: number, column: number) => string = (cell) => cell,
): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return rows
    .map((row, at) =>
      row
        .map((cell, column) => {
          const isLast = column === row.length - 1;
          const padding = isLast ? "" : " ".repeat((widths[column] ?? 0) - cell.length);
          return `${paint(cell, at, column)}${padding}`;
        })
        .join("  "),
    )
    .join("\n");
}

/** `1 check`, `2 checks`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
