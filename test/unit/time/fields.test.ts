import { describe, expect, it } from "vitest";
import { z } from "zod";
import { durationPattern } from "../../../src/time/duration.ts";
import {
  durationField,
  namedDurationField,
  objectiveField,
  positiveDurationField,
  timeOfDayField,
  zoneField,
} from "../../../src/time/fields.ts";
import { percentPattern } from "../../../src/time/percent.ts";

function messageOf(field: z.ZodType, value: unknown): string | null {
  return field.safeParse(value).error?.issues[0]?.message ?? null;
}

describe("the field types", () => {
  it("turn text into base units", () => {
    expect(durationField.parse("1h30m")).toBe(5_400_000);
    expect(positiveDurationField.parse("15m")).toBe(900_000);
    expect(namedDurationField.parse("24h")).toEqual({ text: "24h", ms: 86_400_000 });
    expect(objectiveField.parse("99.9999%")).toBe(999_999);
    expect(objectiveField.parse("99.5%")).toBe(995_000);
    expect(zoneField.parse("Europe/Berlin")).toBe("Europe/Berlin");
    expect(timeOfDayField.parse("07:00:00")).toBe("07:00");
    expect(timeOfDayField.parse("23:59:30")).toBe("23:59:30");
  });

  it.each([
    [durationField, 15, "expected a duration such as `90s`, `15m` or `1h30m`"],
    [durationField, "15 minutes", "expected a duration such as `90s`, `15m` or `1h30m`"],
    [durationField, "999999999y", "the duration is longer than can be reckoned"],
    [positiveDurationField, "0s", "the duration must be longer than zero"],
    [namedDurationField, "0s", "the duration must be longer than zero"],
    [objectiveField, 0.995, "expected percent text with at most four decimals, such as `99.5%`"],
    [objectiveField, "99,9%", "expected percent text with at most four decimals, such as `99.5%`"],
    [objectiveField, "100.1%", "an objective lies above 0% and below 100%"],
    [objectiveField, "100%", "an objective lies above 0% and below 100%"],
    [objectiveField, "0%", "an objective lies above 0% and below 100%"],
    [timeOfDayField, "7:00", "expected a time of day such as `07:00` or `07:00:30`"],
    [timeOfDayField, "24:00", "expected a time of day such as `07:00` or `07:00:30`"],
    [timeOfDayField, 420, "expected a time of day such as `07:00` or `07:00:30`"],
    [zoneField, 1, "expected an IANA time zone such as `Europe/Berlin`"],
    [zoneField, "Mars/Olympus", "there is no such IANA time zone; use one such as `Europe/Berlin`"],
  ])("refuse what is none with a message (%#)", (field, value, message) => {
    expect(messageOf(field, value)).toBe(message);
  });

  it("are strings with a pattern in the JSON Schema of the input", () => {
    const schema = z.toJSONSchema(
      z.strictObject({
        every: positiveDurationField,
        objective: objectiveField,
        timezone: zoneField.optional(),
      }),
      { io: "input" },
    );
    expect(schema.properties?.["every"]).toMatchObject({
      type: "string",
      pattern: durationPattern.source,
    });
    expect(schema.properties?.["objective"]).toMatchObject({
      type: "string",
      pattern: percentPattern.source,
    });
    expect(schema.properties?.["timezone"]).toMatchObject({
      type: "string",
      description: "An IANA time zone.",
    });
    expect(schema.required).toEqual(["every", "objective"]);
  });
});
