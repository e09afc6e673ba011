import { z } from "zod";
import { bytesPattern, parseBytes } from "../core/bytes.ts";
import type { DurationMs, Ppm } from "../core/vocabulary.ts";
import { formatTimeOfDay, parseTimeOfDay, timeOfDayPattern } from "./deadlines.ts";
import { durationPattern, parseDuration } from "./duration.ts";
import { parsePercent, percentPattern } from "./percent.ts";
import { isZone } from "./zone.ts";

const durationMessage = "expected a duration such as `90s`, `15m` or `1h30m`";
const percentMessage = "expected percent text with at most four decimals, such as `99.5%`";

/** Text of a duration, kept beside its length because output repeats it as it was written. */
export interface NamedDuration {
  readonly text: string;
  readonly ms: DurationMs;
}

/** `15m` → milliseconds. */
export const durationField = z
  .string(durationMessage)
  .regex(durationPattern, durationMessage)
  .transform((text, context): DurationMs => {
    const ms = parseDuration(text);
    if (ms === null) {
      context.addIssue({ code: "custom", message: "the duration is longer than can be reckoned" });
      return z.NEVER;
    }
    return ms;
  })
  .meta({
    description: "A length of time as in Prometheus: y w d h m s ms, in that order.",
    examples: ["90s", "15m", "1h30m", "28d"],
  });

/** A duration above zero. */
export const positiveDurationField = durationField.refine((ms) => ms > 0, {
  error: "the duration must be longer than zero",
});

/** `15m` → its text and milliseconds. */
export const namedDurationField = z
  .string(durationMessage)
  .regex(durationPattern, durationMessage)
  .transform((text, context): NamedDuration => {
    const ms = parseDuration(text);
    if (ms === null || ms === 0) {
      context.addIssue({ code: "custom", message: "the duration must be longer than zero" });
      return z.NEVER;
    }
    return { text, ms };
  })
  .meta({ description: "A length of time as in Prometheus.", examples: ["1h", "1d"] });

/** `99.5%` → parts per million. 0 % promises nothing and 100 % leaves no budget, so both are refused (slo.md §2). */
export const objectiveField = z
  .string(percentMessage)
  .regex(percentPattern, percentMessage)
  .transform((text, context): Ppm => {
    const ppm = parsePercent(text);
    if (ppm === null || ppm <= 0 || ppm >= 1_000_000) {
      context.addIssue({ code: "custom", message: "an objective lies above 0% and below 100%" });
      return z.NEVER;
    }
    return ppm;
  })
  .meta({
    description: "The share of time that the promise is to be kept, in percent.",
    examples: ["99.5%"],
  });

/** A zone by its IANA name. */
export const zoneField = z
  .string("expected an IANA time zone such as `Europe/Berlin`")
  .refine(isZone, { error: "there is no such IANA time zone; use one such as `Europe/Berlin`" })
  .meta({ description: "An IANA time zone.", examples: ["UTC", "Europe/Berlin"] });

const timeOfDayMessage = "expected a time of day such as `07:00` or `07:00:30`";

/** A local time of day, in its shortest text: `07:00:00` is `07:00`. */
export const timeOfDayField = z
  .string(timeOfDayMessage)
  .regex(timeOfDayPattern, timeOfDayMessage)
  .transform((text) => formatTimeOfDay(parseTimeOfDay(text) ?? 0))
  .meta({ description: "A local time of day.", examples: ["07:00", "23:59:30"] });

const bytesMessage = "expected a size such as `10GB` or `500MiB`";

/** `10GB` → bytes, at least one. */
export const bytesField = z
  .string(bytesMessage)
  .regex(bytesPattern, bytesMessage)
  .transform((text, context): number => {
    const bytes = parseBytes(text);
    if (bytes === null || bytes === 0) {
      const message = bytes === 0 ? "the size must be above zero" : "the size is beyond reckoning";
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
    return bytes;
  })
  .meta({
    description: "A size: B, KB, MB, GB, TB and PB are powers of 1000, KiB to PiB of 1024.",
    examples: ["10GB", "500MiB"],
  });
