/** For `--import` of a child process: when it ends, the URLs of all its modules are in the file MODULE_TRACE, by line. */
import { writeFileSync } from "node:fs";
import { registerHooks } from "node:module";

const loaded = new Set<string>();
registerHooks({
  load(url, context, next) {
    loaded.add(url);
    return next(url, context);
  },
});
process.on("exit", () => {
  writeFileSync(process.env["MODULE_TRACE"] ?? "modules.txt", [...loaded].join("\n"));
});
