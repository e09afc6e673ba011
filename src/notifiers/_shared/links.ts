import { plain } from "./text.ts";

export interface Link {
  readonly label: string;
  readonly url: string;
}

export interface Unlinked {
  readonly label: string;
  readonly text: string;
}

const maxLinks = 5;
const maxUnlinked = 3;
const maxUrlLength = 400;

/**
 * The links that may be made clickable: http and https only, normalised so that nothing in them can end
 * a mark-up of the channel early. The runbook comes first.
 */
export function linksOf(links: Readonly<Record<string, string>>): readonly Link[] {
  return Object.entries(links)
    .map(([label, url]) => ({ label: labelOf(label), url: clickable(url) }))
    .filter((link): link is Link => link.url !== null)
    .sort((a, b) => Number(b.label === "runbook") - Number(a.label === "runbook"))
    .slice(0, maxLinks);
}

/** What stands under `links` and is no link, such as the name of a page: shown as the text that it is. */
export function unlinkedOf(links: Readonly<Record<string, string>>): readonly Unlinked[] {
  return Object.entries(links)
    .filter(([, url]) => clickable(url) === null)
    .map(([label, text]) => ({ label: labelOf(label), text: plain(text, 100) }))
    .slice(0, maxUnlinked);
}

function labelOf(name: string): string {
  return plain(name, 40) || "link";
}

function clickable(text: string): string | null {
  if (text.length > maxUrlLength || !URL.canParse(text)) {
    return null;
  }
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return null;
  }
  // The URL standard leaves `|` as it is, which Slack reads as the end of a link.
  const href = url.href.replace(/[|<>"'`\s]/gu, (character) => encodeURIComponent(character));
  return href.length > maxUrlLength ? null : href;
}
