/** Every check type. A new one is a folder and a line here. */
import type { CheckTypeSpec } from "../src/core/check.ts";
import { freshness } from "./freshness/index.ts";
import { schema } from "./schema/index.ts";
import { volume } from "./volume/index.ts";

export const checkTypes: readonly CheckTypeSpec[] = [freshness, schema, volume];
