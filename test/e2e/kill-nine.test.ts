import { expect, it } from "vitest";
import { audit } from "../../scripts/kill-nine/audit.ts";
import { Campaign } from "../../scripts/kill-nine/campaign.ts";

it("loses, doubles and leaves open nothing when it is killed between result, notice and answer", async () => {
  await using campaign = await Campaign.prepare({
    kills: ["committed", "hook"],
    seed: 1,
    waitsForConfirmations: false,
  });
  const { findings } = await audit(await campaign.run());
  expect(findings.filter(({ isTrue }) => !isTrue)).toEqual([]);
}, 60_000);
