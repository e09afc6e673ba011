import { expect, it } from "vitest";
import { TemporaryFolder } from "../helpers/folder.ts";
import { runTidemark } from "../helpers/tidemark.ts";

const scenario = {
  slo: { kind: "freshness", objective: "95%", window: "4h", cadence: "1h", max_age: "2h" },
  now: "2026-01-01T04:00:00Z",
  observations: [
    { at: "2026-01-01T00:00:00Z", outcome: "pass", newest: "2026-01-01T00:00:00Z" },
    { at: "2026-01-01T03:00:00Z", outcome: "fail", newest: "2026-01-01T00:00:00Z" },
    { at: "2026-01-01T04:00:00Z", outcome: "pass", newest: "2026-01-01T04:00:00Z" },
  ],
  exclusions: [{ from: "2026-01-01T00:00:00Z", to: "2026-01-01T01:00:00Z", reason: "migration" }],
};

it("prints where an SLO stands, as JSON alone", async () => {
  await using folder = await TemporaryFolder.make();
  await folder.write({ "scenario.json": JSON.stringify(scenario) });
  const ended = await runTidemark(["slo", "replay", folder.at("scenario.json")]);

  expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
  expect(JSON.parse(ended.stdout)).toMatchObject({
    good_seconds: 3_600,
    bad_seconds: 7_200,
    unknown_seconds: 0,
    excluded_seconds: 3_600,
    budget: { allowed: 540 },
    timeline: [
      { from: "2026-01-01T00:00:00Z", to: "2026-01-01T01:00:00Z", state: "excluded" },
      { from: "2026-01-01T01:00:00Z", to: "2026-01-01T02:00:00Z", state: "good" },
      { from: "2026-01-01T02:00:00Z", to: "2026-01-01T04:00:00Z", state: "bad" },
    ],
  });
});

it("names every slip of a scenario with its place, and exits 2", async () => {
  await using folder = await TemporaryFolder.make();
  const slips = { ...scenario, now: "tonight", slo: { ...scenario.slo, objective: "100%" } };
  await folder.write({ "scenario.json": JSON.stringify(slips, null, 2) });
  const ended = await runTidemark(["slo", "replay", "scenario.json"], { cwd: folder.path });

  expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
  expect(ended.stderr).toContain("scenario.json:4:18: error TM_REPLAY_INPUT: `objective`");
  expect(ended.stderr).toContain("scenario.json:9:10: error TM_REPLAY_INPUT: `now`");
});
