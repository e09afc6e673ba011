/** A reader of HTML that takes only what is strictly well-formed, where a browser would mend or guess. */

export interface HtmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Names of the elements around it, outermost first. */
  readonly path: readonly string[];
}

export interface HtmlPage {
  readonly elements: readonly HtmlElement[];
  /** All text outside of `style`, with its references resolved. */
  readonly text: string;
}

const voids = new Set(["meta", "br"]);
const namedReferences: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
};

/** What a paragraph cannot hold: a browser would end it there. */
const blocks = new Set(["p", "table", "section", "h1", "h2", "h3", "h4"]);

const tag = /<(\/?)([a-z][a-z0-9]*)((?: [a-zA-Z-]+="[^"<>]*")*)(\/?)>/y;

/** Throws at the first place that is not well-formed. */
export function readHtml(source: string): HtmlPage {
  const doctype = "<!doctype html>\n";
  if (!source.startsWith(doctype)) {
    throw new Error("no doctype");
  }
  const elements: HtmlElement[] = [];
  const open: string[] = [];
  let text = "";
  let at = doctype.length;
  while (at < source.length) {
    const next = source.indexOf("<", at);
    const end = next === -1 ? source.length : next;
    const piece = source.slice(at, end);
    text += open.at(-1) === "style" ? "" : resolved(piece);
    if (open.length === 0 && piece.trim() !== "") {
      throw new Error(`text outside of the page: ${piece}`);
    }
    if (next === -1) {
      break;
    }
    tag.lastIndex = next;
    const found = tag.exec(source);
    if (found === null) {
      throw new Error(`no tag at ${next}: ${source.slice(next, next + 60)}`);
    }
    const [whole, slash, name = "", attributes = "", selfClosing] = found;
    if (slash === "/") {
      if (open.pop() !== name || attributes !== "" || selfClosing === "/") {
        throw new Error(`</${name}> closes nothing at ${next}`);
      }
    } else {
      if (open.includes("p") && blocks.has(name)) {
        throw new Error(`<${name}> within a paragraph at ${next}`);
      }
      elements.push({ name, attributes: attributesOf(attributes), path: [...open] });
      if (selfClosing === "/" && !open.includes("svg")) {
        throw new Error(`<${name}/> outside of svg at ${next}`);
      }
      if (selfClosing !== "/" && !voids.has(name)) {
        open.push(name);
      }
    }
    at = next + whole.length;
  }
  if (open.length > 0) {
    throw new Error(`never closed: ${open.join(", ")}`);
  }
  return { elements, text };
}

function attributesOf(text: string): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = {};
  for (const [, name = "", value = ""] of text.matchAll(/ ([a-zA-Z-]+)="([^"]*)"/g)) {
    if (name in attributes) {
      throw new Error(`${name} is given twice`);
    }
    attributes[name] = resolved(value);
  }
  return attributes;
}

/** Throws for a bare ampersand, an unknown reference, a bare `>` and forbidden characters. */
function resolved(text: string): string {
  if (/[^\P{Cc}\t\n\r]/u.test(text) || text.includes(">")) {
    throw new Error(`not escaped: ${text}`);
  }
  return text.replaceAll(/&([^;]*;?)/g, (reference, body: string) => {
    const character = namedReferences[body.slice(0, -1)];
    if (!body.endsWith(";") || character === undefined) {
      throw new Error(`no reference: ${reference}`);
    }
    return character;
  });
}
