import { join } from "node:path";
import type { TemporaryFolder } from "../../test/helpers/folder.ts";
import type { Verdicts } from "../_shared/verdicts.ts";
import type { Mount } from "./container.ts";
import { lastOf, type Stage } from "./dockerfile.ts";

/** What the Dockerfile's steps have made, and who is told what it does. */
export interface Made {
  readonly verdicts: Verdicts;
  readonly work: TemporaryFolder;
  readonly deploy: string;
  readonly stage: Stage;
  /** The folder of the last stage. */
  readonly root: string;
}

/** How the image says that it is run. */
export function imageOf({ stage, root }: Made): {
  readonly user: { readonly id: number; readonly group: number };
  readonly workdir: string;
  readonly program: Mount;
} {
  const [id = 0, group = 0] = lastOf(stage, "USER").join("").split(":").map(Number);
  return {
    user: { id, group },
    workdir: lastOf(stage, "WORKDIR").join(""),
    program: { source: join(root, "opt/tidemark"), target: "/opt/tidemark" },
  };
}
