import { Composer, type CST, type Document, Lexer, Parser } from "yaml";
import { yamlWords } from "./yaml-words.ts";

/** Levels of maps and lists. The contract needs nine; a column's `example` may nest further. */
const deepest = 64;

/**
 * Tokens in one file: about 8,000 checks. A dense file of 1 MiB has five times as many and would keep
 * the loop busy for seconds.
 */
const mostTokens = 200_000;

/** Of what the parser finds, in its order; a file of commas has a hundred thousand. */
const mostFindings = 1_000;

/** A text as the parser understood it, and what it did not. */
export interface Composed {
  readonly document: Document.Parsed | null;
  readonly findings: readonly { readonly offset: number; readonly message: string }[];
}

/** Reads text at once. */
export function composeNow(text: string): Composed {
  const steps = compose(text);
  let step = steps.next();
  while (step.done !== true) {
    step = steps.next();
  }
  return step.value;
}

/** Yields now and then while it reads tokens, which is two thirds of the work. */
export function* compose(text: string): Generator<void, Composed> {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
    }
    count += 1;
    if (parser.stack.length > deepest) {
      return refused(parser.offset, `more than ${deepest} levels of nesting`);
    }
    if (count > mostTokens) {
      return refused(parser.offset, `more than ${mostTokens} tokens in one file; split it`);
    }
    if (count % 4_000 === 0) {
      yield;
    }
  }
  for (const token of parser.end()) {
    tokens.push(token);
  }
  return composeTokens(tokens, text.length);
}

function refused(offset: number, message: string): Composed {
  return { document: null, findings: [{ offset, message }] };
}

function composeTokens(tokens: readonly CST.Token[], length: number): Composed {
  // A file of commas makes hundreds of thousands of error objects, and their stack traces cost seconds.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const composer = new Composer({ version: "1.2", merge: false, uniqueKeys: false });
    const documents = [...composer.compose(tokens, true, length)];
    const [document = null, second] = documents;
    const findings = documents
      .flatMap(({ errors, warnings }) => [...errors, ...warnings])
      .slice(0, mostFindings)
      .map(({ pos, code }) => ({ offset: pos[0], message: yamlWords(code) }));
    if (second !== undefined) {
      findings.push({ offset: second.range[0], message: yamlWords("MULTIPLE_DOCS") });
    }
    return { document, findings };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
