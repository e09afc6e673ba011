import { Option } from "commander";
import { type Commands, withFormat, withSelectors } from "./commands.ts";
import {
  type ExcludeAddOptions,
  type ExcludeEndOptions,
  type ExcludeListOptions,
  type ExcludeWithdrawOptions,
  excludeAdd,
  excludeEnd,
  excludeList,
  excludeWithdraw,
} from "./exclude.ts";

const authorOption = [
  "--author <name>",
  "who; by default the user of the operating system",
] as const;
const idArgument = ["<id>", "as `exclude list` shows it"] as const;

export function declareExclude(commands: Commands): void {
  const exclude = commands.group(
    "exclude",
    "Excuse time of a product or an SLO, with who and why.",
  );
  declareAdd(exclude);
  const list = withFormat(
    withSelectors(exclude.add("list", "Show exclusions, with who and why.")),
    ["text", "json"],
  );
  exclude.act(
    list,
    (selectors: string[], o: ExcludeListOptions) => (context) => excludeList(selectors, o, context),
  );
  const end = exclude
    .add("end", "End an exclusion now; what it excused until now stays so.")
    .argument(...idArgument)
    .option(...authorOption);
  exclude.act(end, (id: string, o: ExcludeEndOptions) => (context) => excludeEnd(id, o, context));
  const withdraw = exclude
    .add("withdraw", "Take an exclusion back: it excuses nothing any more, its past included.")
    .argument(...idArgument)
    .requiredOption("--reason <text>", "why; it stays on record")
    .option(...authorOption);
  exclude.act(
    withdraw,
    (id: string, o: ExcludeWithdrawOptions) => (context) => excludeWithdraw(id, o, context),
  );
}

function declareAdd(exclude: Commands): void {
  const add = exclude
    .add("add", "Excuse time: known before, or corrected afterwards.")
    .argument("<target>", "a product, or product/slo")
    .requiredOption("--from <instant>", "now, 2026-01-31 or 2026-01-31T06:00:00Z")
    .option("--to <instant>", "until it is ended, unless said")
    .option("--for <duration>", "instead of --to, e.g. 1h30m")
    .requiredOption("--reason <text>", "why; it stays on record")
    .option(...authorOption)
    .addOption(
      new Option(
        "--mode <mode>",
        "remove: taken out of the window, by default for time to come; good: counts as good, by default for time past",
      ).choices(["remove", "good"]),
    );
  exclude.act(
    add,
    (target: string, o: ExcludeAddOptions) => (context) => excludeAdd(target, o, context),
  );
}
