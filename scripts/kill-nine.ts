/**
 * Kills `tidemark serve` again and again, by SIGKILL, while promises break and heal; then reads the store
 * and the receivers, and says whether anything was lost, doubled or left open.
 *
 *   node scripts/kill-nine.ts [--kills 20] [--seed N]
 *
 * Some kills come at random, others at the moments that hurt: while a dataset is measured, when a change
 * is committed and nobody has been told, when a channel has taken a notice and not yet answered.
 */
import { parseArgs } from "node:util";
import { Verdicts } from "./_shared/verdicts.ts";
import { audit } from "./kill-nine/audit.ts";
import { aims, Campaign } from "./kill-nine/campaign.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "20" }, seed: { type: "string" } },
});
const count = Number(values.kills);
const seed = Number(values.seed ?? Date.now() % 1_000_000);

const verdicts = new Verdicts();
verdicts.section(`${count} kills (--seed ${seed})`);
await using campaign = await Campaign.prepare({
  kills: Array.from({ length: count }, (_, index) => aims[index % aims.length] ?? "at random"),
  seed,
  waitsForConfirmations: true,
  onKill: ({ aim, afterMs, received }, number) => {
    const sums = `slack ${received.slack}, email ${received.email}, hook ${received.hook}`;
    const line = `${String(number).padStart(2)}  ${aim.padEnd(9)}  after ${String(afterMs).padStart(5)} ms`;
    verdicts.note(`${line}  received so far: ${sums}`);
  },
});
const aftermath = await campaign.run();
const { findings, figures } = await audit(aftermath);

verdicts.section("What must be true");
for (const { what, isTrue, seen } of findings) {
  verdicts.claim(what, isTrue, seen);
}
verdicts.section("Figures");
for (const [name, figure] of Object.entries(figures)) {
  verdicts.note(`${name.padEnd(20)} ${figure}`);
}
process.exitCode = verdicts.finish();
