import { randomBytes } from "node:crypto";

/** Twelve hexadecimal digits: short enough for a query comment, and no two alike in one store. */
export function newId(): string {
  return randomBytes(6).toString("hex");
}
