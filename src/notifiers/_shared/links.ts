import { plain } from "./text.ts";

export interface Link {
  readonly label: string;
  readonly url: string;
}

const maxLinks = 6;
const maxUrlLength = 400;

/**
 * The links that may be made clickable: http and https only, normalised so that nothing in them can end
 * a mark-up of the channel early. The runbook comes first. A longer one is left out, since half a link misleads.
 */
export function linksOf(links: Readonly<Record<string, string>>): readonly Link[] {
  return Object.entries(links)
    .map(([label, url]) => ({ label: plain(label, 40), url: clickable(url) }))
    .filter((link): link is Link => link.url !== null && link.label !== "")
    .sort((a, b) => Number(b.label === "runbook") - Number(a.label === "runbook"))
    .slice(0, maxLinks);
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
