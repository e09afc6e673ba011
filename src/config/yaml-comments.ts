import { CST, Lexer } from "yaml";

/** A comment of a YAML file, without its `#`; `offset` is where the `#` stands. */
export interface Comment {
  readonly offset: number;
  readonly text: string;
  /** Nothing but blanks stands before it on its line. */
  readonly isAlone: boolean;
}

/** The comments of a text that is valid YAML. A `#` inside of quotes or of a block of text is none. */
export function commentsOf(text: string): readonly Comment[] {
  const comments: Comment[] = [];
  let offset = 0;
  let isScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (isMark(lexeme)) {
      isScalar = lexeme === CST.SCALAR;
      continue;
    }
    if (!isScalar && lexeme.startsWith("#")) {
      const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
      const isAlone = text.slice(lineStart, offset).trim() === "";
      comments.push({ offset, text: lexeme.replace(/^#+/, "").trim(), isAlone });
    }
    isScalar = false;
    offset += lexeme.length;
  }
  return comments;
}

/** What the lexer puts between the pieces of the text; it stands in no file. */
function isMark(lexeme: string): boolean {
  return lexeme === CST.DOCUMENT || lexeme === CST.FLOW_END || lexeme === CST.SCALAR;
}
