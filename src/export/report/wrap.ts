export interface Layout {
  /** Columns; a word that is longer alone goes beyond. */
  readonly width: number;
  /** Before each line but the first; nothing unless said. */
  readonly indent?: string;
  /** Before the first line instead. */
  readonly first?: string;
}

/** Text in lines, broken at spaces; at least one line. */
export function wrapped(
  text: string,
  { width, indent = "", first = indent }: Layout,
): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(" ")) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
