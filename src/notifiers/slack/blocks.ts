import type { Link } from "../_shared/links.ts";
import type { Fact, Message } from "../_shared/message.ts";
import { linesOf } from "../_shared/message.ts";

interface TextElement {
  readonly type: "text";
  readonly text: string;
  readonly style?: { readonly bold: true };
}
interface LinkElement {
  readonly type: "link";
  readonly url: string;
}
interface Section {
  readonly type: "rich_text_section";
  readonly elements: readonly (TextElement | LinkElement)[];
}
interface List {
  readonly type: "rich_text_list";
  readonly style: "bullet";
  readonly elements: readonly Section[];
}
export type SlackBlock =
  | {
      readonly type: "header";
      readonly text: { readonly type: "plain_text"; readonly text: string; readonly emoji: false };
    }
  | { readonly type: "rich_text"; readonly elements: readonly (Section | List)[] };

const marks: Readonly<Record<Message["mood"], string>> = {
  bad: "\u{1F534}",
  unknown: "\u{26AA}",
  over: "\u{1F7E2}",
};

/**
 * The message as blocks. Rich text rather than mrkdwn: its elements are shown as they stand, so that
 * `<!channel>`, asterisks or links in a name are inert without any escaping.
 */
export function blocksOf(message: Message): readonly SlackBlock[] {
  const checks: List = {
    type: "rich_text_list",
    style: "bullet",
    elements: message.checks.map((line) => section([[text(line)]])),
  };
  const facts = [...message.facts.map(factElements), ...message.links.map(linkElements)];
  const body = [
    section([[text(message.lead)]]),
    ...(message.checks.length > 0 ? [checks] : []),
    section(facts),
  ];
  const title = { type: "plain_text", text: titleOf(message), emoji: false } as const;
  return [
    { type: "header", text: title },
    { type: "rich_text", elements: body },
  ];
}

/** The reply in the incident's thread: what changed, and nothing that the message above says already. */
export function replyBlocksOf(message: Message): readonly SlackBlock[] {
  const lines = [message.lead, ...message.changed].map((line) => [text(line)]);
  return [{ type: "rich_text", elements: [section(lines)] }];
}

/** What notifications and readers without blocks show, and what is posted when Slack refuses the blocks. */
export function fallbackOf(message: Message): string {
  return fitting([titleOf(message), ...linesOf(message)]);
}

export function replyFallbackOf(message: Message): string {
  return fitting([message.lead, ...message.changed]);
}

/** Slack advises at most 4,000 characters of text. Whole lines are left out, never half an escape. */
const maxTextLength = 3900;

function fitting(lines: readonly string[]): string {
  let shown = "";
  for (const line of lines.map(escape)) {
    if (shown.length + line.length >= maxTextLength) {
      return `${shown}\n…`;
    }
    shown += shown === "" ? line : `\n${line}`;
  }
  return shown;
}

function titleOf(message: Message): string {
  return `${marks[message.mood]} ${message.title}`;
}

function factElements(fact: Fact): Section["elements"] {
  return [label(fact.label), text(fact.text)];
}

function linkElements(link: Link): Section["elements"] {
  return [label(link.label), { type: "link", url: link.url }];
}

function label(name: string): TextElement {
  return { type: "text", text: `${name}: `, style: { bold: true } };
}

/** Slack refuses an element without text. */
function text(content: string): TextElement {
  return { type: "text", text: content === "" ? "–" : content };
}

/** Lines as one section: Slack would run two sections together in one line. */
function section(lines: readonly Section["elements"][]): Section {
  const elements = lines.flatMap((line, index) => (index === 0 ? line : [text("\n"), ...line]));
  return { type: "rich_text_section", elements };
}

/**
 * The three characters that Slack reads as control in `text`; marks of emphasis are switched off by
 * `mrkdwn: false`, or, where an update knows no such switch, replaced by their look-alikes.
 */
function escape(content: string): string {
  return content
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("*", "\u2217")
    .replaceAll("~", "\u223C")
    .replaceAll("`", "\u02CB")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\uFF3F");
}
