import type { Shown } from "./grafana.ts";

const grey = "#B0B0B0";
const green = "#009E73";

/**
 * What is wrong with a figure on a dashboard, or null: what nobody has seen is said to be unknown, in grey, and only what
 * is whole is said to be 100 %. A name may be any text.
 */
export function dishonestyOf({ value, text, colour }: Shown): string | null {
  if (typeof value === "string") {
    return text === value ? null : `the name "${value}" is shown as ${text}`;
  }
  if (value === null || Number.isNaN(value)) {
    return text === "unknown" && colour === grey ? null : `absence is shown as ${text}, ${colour}`;
  }
  if (/^100(?:\.0*)?\s?%$/.test(text) && value < 1) {
    return `${value} is shown as ${text}`;
  }
  if (/^-?0(?:\.0*)?\s?%$/.test(text) && value < 0) {
    return `${value} is shown as ${text}`;
  }
  if (text === "" || /NaN|undefined|null|Infinity/.test(text)) {
    return `${value} is shown as "${text}"`;
  }
  return colour === green && value < 0 ? `${value} is shown in green` : null;
}
