import { expect } from "vitest";

// Vitest's own are of type `any`.

export function containing(text: string): unknown {
  return expect.stringContaining(text);
}

export function matching(pattern: string): unknown {
  return expect.stringMatching(pattern);
}

export const someText: unknown = expect.any(String);
export const someCount: unknown = expect.any(BigInt);
