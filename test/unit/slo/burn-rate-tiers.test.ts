import { describe, expect, it } from "vitest";
import { errorRatioWindows } from "../../../src/metrics/names.ts";
import { burnRateAlerts } from "../../../src/slo/burn-rate-tiers.ts";

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** As `page 14.4 over 1h and 5m`, in minutes. */
function alerts(objectivePpm: number, windowMs: number, cadenceMs: number): readonly string[] {
  return burnRateAlerts(objectivePpm, windowMs, cadenceMs).map(
    ({ level, threshold, longMs, shortMs }) =>
      `${level} ${threshold} over ${longMs / minuteMs} and ${shortMs / minuteMs}`,
  );
}

describe("the burn rates to alert on", () => {
  it("are the workbook's where looks are five minutes apart", () => {
    expect(alerts(999_000, 30 * dayMs, 5 * minuteMs)).toEqual([
      "page 14.4 over 60 and 5",
      "page 6 over 360 and 30",
      "ticket 3 over 1440 and 120",
      "ticket 1 over 4320 and 360",
    ]);
  });

  it("have short windows that hold a look", () => {
    expect(alerts(999_000, 30 * dayMs, 15 * minuteMs)[0]).toBe("page 14.4 over 60 and 15");
    expect(alerts(999_000, 30 * dayMs, hourMs)[0]).toBe("page 6 over 360 and 60");
  });

  it("are fewer the rarer the looks", () => {
    expect(alerts(999_000, 30 * dayMs, hourMs)).toHaveLength(3);
    expect(alerts(999_000, 30 * dayMs, 6 * hourMs)).toEqual([
      "page 3 over 1440 and 360",
      "ticket 1 over 10080 and 840",
    ]);
    expect(alerts(999_000, 30 * dayMs, dayMs)).toEqual([]);
  });

  it("are over windows that are exported, the longer of them as they are", () => {
    const exported = errorRatioWindows.map(({ windowMs }) => windowMs);
    const cadencesMs = [minuteMs, 15 * minuteMs, hourMs, 6 * hourMs];
    const burns = cadencesMs.flatMap((cadenceMs) => burnRateAlerts(999_000, 30 * dayMs, cadenceMs));
    expect(burns).toHaveLength(13);
    for (const { longMs, shortMs } of burns) {
      expect(exported).toContain(longMs);
      expect(exported.some((windowMs) => windowMs >= shortMs && windowMs < longMs)).toBe(true);
    }
  });

  it("are none that cannot be reached, or whose window is too short for what it stands for", () => {
    expect(alerts(900_000, 30 * dayMs, 5 * minuteMs)).toHaveLength(3);
    // 5.4 of the 90 days may be bad: a fiftieth of that is longer than an hour, and a twentieth than six.
    expect(alerts(940_000, 90 * dayMs, 5 * minuteMs)).toEqual([
      "ticket 3 over 1440 and 120",
      "ticket 1 over 4320 and 360",
    ]);
  });
});
