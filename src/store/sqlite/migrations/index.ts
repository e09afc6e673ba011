import { firstLight } from "./0001-first-light.ts";
import { sloTruth } from "./0002-slo-truth.ts";
import { costs } from "./0003-costs.ts";
import { evidence } from "./0004-evidence.ts";
import type { Migration } from "./migration.ts";

export const migrations: readonly Migration[] = [firstLight, sloTruth, costs, evidence];
