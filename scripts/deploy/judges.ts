import { fileURLToPath } from "node:url";
import { setUpPython } from "../_shared/python.ts";

const folder = fileURLToPath(new URL("../../node_modules/.cache/tidemark-deploy", import.meta.url));
const requirements = fileURLToPath(new URL("./requirements.txt", import.meta.url));

/** The programs of requirements.txt: where they are, or in words why they are not there. */
export function pythonOfJudges():
  | { readonly path: string; readonly hadolint: string }
  | { readonly problem: string } {
  const problem = setUpPython(folder, requirements);
  return problem === null
    ? { path: `${folder}/bin/python`, hadolint: `${folder}/bin/hadolint` }
    : { problem };
}
