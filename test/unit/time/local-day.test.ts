import { describe, expect, it } from "vitest";
import { dayAt, dayText } from "../../../src/time/local-day.ts";

function dayOf(at: string, zone: string): string {
  return dayText(dayAt(Date.parse(at), zone));
}

describe("the local day of an instant", () => {
  it.each([
    ["Pacific/Kiritimati", "2026-06-30T09:59:59.999Z", "2026-06-30", "2026-07-01"],
    ["Pacific/Pago_Pago", "2026-07-01T10:59:59.999Z", "2026-06-30", "2026-07-01"],
    ["Europe/Berlin", "2026-03-28T22:59:59.999Z", "2026-03-28", "2026-03-29"],
    ["Africa/Cairo", "2026-10-29T21:59:59.999Z", "2026-10-29", "2026-10-30"],
    ["America/Santiago", "2026-04-05T03:59:59.999Z", "2026-04-04", "2026-04-05"],
  ])("in %s changes right after %s", (zone, last, day, next) => {
    expect(dayOf(last, zone)).toBe(day);
    expect(dayText(dayAt(Date.parse(last) + 1, zone))).toBe(next);
  });

  it("is never one that its zone skipped at the date line", () => {
    expect(dayOf("2011-12-30T09:59:59.999Z", "Pacific/Apia")).toBe("2011-12-29");
    expect(dayOf("2011-12-30T10:00:00.000Z", "Pacific/Apia")).toBe("2011-12-31");
  });

  it("is the later of two while clocks set back over midnight repeat an hour", () => {
    // At 00:01 the clocks of St. John's went back to 23:01.
    expect(dayOf("2010-11-07T02:30:00Z", "America/St_Johns")).toBe("2010-11-07");
    expect(dayOf("2010-11-07T03:15:00Z", "America/St_Johns")).toBe("2010-11-07");
    expect(dayOf("2010-11-07T02:29:59Z", "America/St_Johns")).toBe("2010-11-06");
  });

  it("is of no zone that does not exist", () => {
    expect(() => dayAt(0, "Mars/Olympus")).toThrow(RangeError);
  });
});
