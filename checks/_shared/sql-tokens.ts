/** `quoted`: a name in double quotes or a text in single ones, quotes included. */
export interface Token {
  readonly kind: "word" | "quoted" | "number" | "sign";
  readonly text: string;
}

export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = /"(?:[^"]|"")*"|'(?:[^']|'')*'|[\p{L}_][\p{L}\p{N}_$]*|-?\d+|\S/gu;
  for (const [found] of text.matchAll(pattern)) {
    tokens.push({ kind: kindOf(found), text: found });
  }
  return tokens;
}

function kindOf(token: string): Token["kind"] {
  if (/^["'].*["']$/su.test(token) && token.length > 1) {
    return "quoted";
  }
  if (/^[\p{L}_]/u.test(token)) {
    return "word";
  }
  return /^-?\d/u.test(token) ? "number" : "sign";
}

/** Quoted parts keep their case: the values of an enumeration and odd names differ by it. */
export function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => (token.kind === "quoted" ? token.text : token.text.toLowerCase()))
    .join(" ");
}
