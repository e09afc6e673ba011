import { parseArgs } from "node:util";
import { runLive } from "./live.ts";
import { runOnce } from "./once.ts";

const usage = `npm run demo [-- options]

  --minutes N   ends after N minutes; without it, Ctrl-C ends it
  --report F    writes how the promises fared in the last hour to the file F, as HTML, when it ends
  --once        loads the data, runs every check once, and compares the outcomes with expected.yaml
  --help        says this`;

process.exitCode = await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        minutes: { type: "string" },
        report: { type: "string" },
        once: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      return 0;
    }
    const minutes =
      values.minutes === undefined ? Number.POSITIVE_INFINITY : Number(values.minutes);
    if (!(minutes > 0)) {
      throw new TypeError("--minutes takes a number above 0");
    }
    return values.once
      ? await runOnce()
      : await runLive({ minutes, reportPath: values.report ?? null });
  } catch (error) {
    if (error instanceof TypeError) {
      console.error(`${error.message}\n\n${usage}`);
      return 2;
    }
    throw error;
  }
}
