/**
 * Tells the daemon beside it to read its configuration again (SIGHUP) when one of the given folders has been swapped
 * for another, as Kubernetes does with a mounted ConfigMap (`..data`) and git-sync with its link; and once at its own
 * start, because nobody was looking when the daemon read its files. It needs to see the daemon's process:
 * `shareProcessNamespace`, and the same user.
 *
 *   node reload.mjs <seconds> <folder>…
 */
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";

const [given = "10", ...folders] = process.argv.slice(2);
const seconds = Number(given);
if (!(seconds > 0)) {
  // What is no number would look a thousand times a second.
  console.error(`${given} is no number of seconds`);
  process.exit(2);
}
/** What the daemon has been told of last. */
let before = null;
console.log(`watching ${folders.join(", ")}`);

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => process.exit(0));
}
setInterval(() => {
  const now = targets();
  // Kept until a daemon has been told: one that is just starting is told with the next look.
  if (now !== before && tell()) {
    before = now;
  }
}, seconds * 1_000);

/** Where the folders' links lead; a folder that is not there is a place as well. */
function targets() {
  return folders
    .map((folder) => realpath(join(folder, "..data")) ?? realpath(folder) ?? "")
    .join("\n");
}

function realpath(path) {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** True when there was a daemon that listens. */
function tell() {
  const told = readdirSync("/proc").filter((id) => /^\d+$/.test(id) && tellIfDaemon(id));
  for (const id of told) {
    const reason = before === null ? "may have changed unseen" : "has changed";
    console.log(`the configuration ${reason}: process ${id} reloads it`);
  }
  return told.length > 0;
}

function tellIfDaemon(id) {
  try {
    const args = readFileSync(`/proc/${id}/cmdline`, "utf8").split("\0");
    if (!args.some((arg) => arg.endsWith("/dist/src/main.js")) || !args.includes("serve")) {
      return false;
    }
    if (!catchesHangup(readFileSync(`/proc/${id}/status`, "utf8"))) {
      return false;
    }
    process.kill(Number(id), "SIGHUP");
    return true;
  } catch {
    // It has ended meanwhile, or belongs to another user, whom it is not for us to tell.
    return false;
  }
}

/** SIGHUP ends a process that does not catch it, as none does while Node is still loading it. Signal 1 is bit 0. */
function catchesHangup(status) {
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
  return (BigInt(`0x${mask}`) & 1n) === 1n;
}
