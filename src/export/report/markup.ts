/** Text that is markup already. Everything else that goes into `html` is escaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | readonly (Markup | string)[];

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Control characters that HTML forbids, even as references. */
const forbidden = /[^\P{Cc}\t\n\r]/gu;

/** A piece of HTML, in element text or double-quoted attributes; never inside a script or a style. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    strings.reduce((text, literal, index) => text + spelled(parts[index - 1] ?? "") + literal),
  );
}

function spelled(part: Part): string {
  if (part instanceof Markup) {
    return part.text;
  }
  return typeof part === "object"
    ? part.map(spelled).join("")
    : String(part)
        .replaceAll(forbidden, "\uFFFD")
        .replaceAll(/[&<>"']/g, (character) => escapes[character] ?? "");
}
