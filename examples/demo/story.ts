import type { FeedName } from "./feeds.ts";
import type { Producer } from "./producer.ts";

/** Something that happens to the data, at a time after the start of the story. */
export interface Scene {
  readonly atMs: number;
  readonly feed: FeedName;
  readonly says: readonly string[];
  readonly act: (producer: Producer, nowMs: number) => void | Promise<void>;
}

/** The story begins anew after this long. */
export const storyMs = 360_000;

export const scenes: readonly Scene[] = [
  {
    atMs: 40_000,
    feed: "earthquakes",
    says: [
      "The loads of earthquakes stop.",
      "After 15 s without a load freshness warns, after 30 s it fails; the next probe confirms it: an incident.",
      "Soon the last minute holds too few rows as well: another cause, so a second incident.",
    ],
    act: (producer) => producer.stop(),
  },
  {
    atMs: 130_000,
    feed: "earthquakes",
    says: [
      "The loads of earthquakes resume, with what was held back.",
      "The next probe passes, and both incidents resolve. The error budget stays spent.",
    ],
    act: (producer) => producer.resume(),
  },
  {
    atMs: 165_000,
    feed: "stock-prices",
    says: [
      "The schema of stock-prices drifts: new files carry the price as text, `39.81 USD`.",
      "Rows keep arriving on time, so freshness and volume pass; only the schema breaks its promise.",
    ],
    act: (producer) => producer.drift(),
  },
  {
    atMs: 240_000,
    feed: "stock-prices",
    says: ["The producer of stock-prices delivers those files again, with prices as numbers."],
    act: (producer, nowMs) => producer.mend(nowMs),
  },
  {
    atMs: 270_000,
    feed: "stock-prices",
    says: ["All is well again. Look at what is left of the error budgets."],
    act: () => {},
  },
];

/** Scenes between two times since the start of the story, which repeats: those after `fromMs`, up to `toMs`. */
export function scenesBetween(fromMs: number, toMs: number): readonly Scene[] {
  const firstRound = Math.floor(Math.max(0, fromMs) / storyMs);
  const lastRound = Math.floor(Math.max(0, toMs) / storyMs);
  return Array.from({ length: lastRound - firstRound + 1 }, (_, index) => {
    const startMs = (firstRound + index) * storyMs;
    return scenes.filter(({ atMs }) => startMs + atMs > fromMs && startMs + atMs <= toMs);
  }).flat();
}
