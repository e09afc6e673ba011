import { setTimeout as sleep } from "node:timers/promises";
import type { Verdicts } from "../_shared/verdicts.ts";
import { judgeBurn, judgeIncident, judgeMended } from "./alerts.ts";
import { judgeDrawn } from "./drawn.ts";
import { judgeGone } from "./gone.ts";
import { judgeOffers } from "./offers.ts";
import { Looks } from "./panels/looks.ts";
import type { Programs } from "./programs.ts";
import { judgeScrapes } from "./scrapes.ts";
import { judgeIdentity } from "./sloth.ts";
import { setUp } from "./stage.ts";
import { judgeStanding } from "./standing.ts";
import { judgeWell, untilSeen } from "./well.ts";

/** All along. The reports of wildlife strikes are too old from the start. */
const always = { "wildlife-strikes": "atRisk", seabed: "unseen", buoys: "unpromised" } as const;

/**
 * A promise is kept, breaks, and is kept again, while Prometheus scrapes and the dashboards are looked at; then the
 * daemon goes away. It takes some two minutes, and `minutes` at least.
 */
export async function watchLive(
  verdicts: Verdicts,
  programs: Programs,
  minutes: number,
): Promise<void> {
  verdicts.section("A daemon, Prometheus and Alertmanager");
  await using stack = new AsyncDisposableStack();
  const stage = await setUp(stack, programs);
  const looks = new Looks(stage.prometheus, stage.startMs);
  const look = async (name: string) => {
    await untilSeen(stage);
    return await looks.look(name);
  };
  await judgeWell(verdicts, stage, programs);
  await judgeOffers(verdicts, stage, await look("well"));
  await judgeStanding(verdicts, stage.prometheus, { ...always, tide: "kept", swell: "kept" });
  const settledMs = Date.now();
  stage.mesh.stopTide();
  await judgeIncident(verdicts, stage);
  await look("broken");
  await judgeStanding(verdicts, stage.prometheus, { ...always, tide: "atRisk", swell: "atRisk" });
  await judgeDrawn(verdicts, stage.prometheus.origin);
  await judgeBurn(verdicts, stage);
  await judgeIdentity(verdicts, stage.prometheus);
  stage.mesh.resumeTide();
  await judgeMended(verdicts, stage);
  await look("mended");
  for await (const minute of minutesUntil(stage.startMs, minutes)) {
    await look(`minute ${minute}`);
  }
  await judgeScrapes(verdicts, stage, settledMs);
  await judgeGone(verdicts, stage, looks);
  looks.judge(verdicts);
}

/** Every minute from now on, counted from `startMs`, until there were so many. */
async function* minutesUntil(startMs: number, minutes: number): AsyncIterable<number> {
  const nextMinute = () => Math.floor((Date.now() - startMs) / 60_000) + 1;
  for (let minute = nextMinute(); minute <= minutes; minute = nextMinute()) {
    await sleep(startMs + minute * 60_000 - Date.now());
    yield minute;
  }
}
