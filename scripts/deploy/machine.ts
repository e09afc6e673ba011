import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { until } from "../../test/helpers/until.ts";
import { containerProblem } from "./container.ts";
import type { Ran } from "./tools.ts";

export interface MachineOptions {
  /** An empty folder that is used for the machine alone. */
  readonly folder: string;
  /** Files of the machine's own, by their paths without the leading slash. */
  readonly files: Readonly<Record<string, string>>;
  /** What is seen as /opt/tidemark. */
  readonly program: string;
  /** The unit that it boots. */
  readonly target: string;
}

const patient = { withinMs: 60_000, everyMs: 50 };

const systemd = "/lib/systemd/systemd";

/** Why no machine can be booted here, or null. */
export function machineProblem(): string | null {
  if (!existsSync(systemd)) {
    return "systemd is not installed";
  }
  const container = containerProblem();
  if (container !== null) {
    return container;
  }
  const kernel = readFileSync("/proc/filesystems", "utf8");
  const missing = ["overlay", "cgroup2"].filter((name) => !kernel.includes(`\t${name}\n`));
  return missing.length === 0 ? null : `this kernel has no ${missing.join(" and no ")}`;
}

/**
 * This host once more, with a systemd of its own as process 1: namespaces of processes, mounts, network and control
 * groups, and a root that forgets what is written to it. Kernel settings and devices are out of its reach.
 */
export class Machine implements AsyncDisposable {
  /** Of its process 1, as the host counts. */
  readonly #pid: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  /** With its process 1 the kernel ends all others. */
  readonly #kill = () => {
    if (this.#child.exitCode === null) {
      process.kill(this.#pid, "SIGKILL");
    }
  };

  private constructor(pid: number, child: ChildProcess, ended: Promise<unknown>) {
    this.#pid = pid;
    this.#child = child;
    this.#ended = ended;
    process.once("exit", this.#kill);
  }

  /** Null when it does not boot: what it may do is the host's decision. */
  static async boot(options: MachineOptions): Promise<Machine | null> {
    const outer = writeScripts(options);
    const child = spawn("/usr/bin/unshare", ["--mount", "sh", outer], { stdio: "ignore" });
    const ended = once(child, "close");
    const pidFile = join(options.folder, "pid");
    const read = (): string => (existsSync(pidFile) ? readFileSync(pidFile, "utf8").trim() : "");
    await until("its process 1", () => read() !== "" || child.exitCode !== null, patient);
    if (child.exitCode !== null) {
      return null;
    }
    const machine = new Machine(Number(read()), child, ended);
    const isUp = (): boolean =>
      /^(starting|running|degraded)/.test(machine.run("systemctl", "is-system-running").stdout);
    try {
      await until("its systemd", () => child.exitCode !== null || isUp(), patient);
    } catch {
      await machine[Symbol.asyncDispose]();
      return null;
    }
    return child.exitCode === null ? machine : null;
  }

  /** Runs a program in it, as its root. */
  run(...command: readonly string[]): Ran {
    const args = ["--target", String(this.#pid), "--all", "--", ...command];
    const { status, stdout, stderr } = spawnSync("/usr/bin/nsenter", args, {
      encoding: "utf8",
      timeout: 60_000,
    });
    return { exitCode: status, stdout, text: `${stdout}${stderr}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill();
    await this.#ended;
    process.off("exit", this.#kill);
  }
}

/** Returns the path of the script that boots it, and cleans up when it has ended. */
function writeScripts({ folder, files, program, target }: MachineOptions): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, "files", path)), { recursive: true });
    writeFileSync(join(folder, "files", path), text);
  }
  const layers = join(folder, "layers");
  mkdirSync(layers);
  const [outer, inner] = [join(folder, "outer.sh"), join(folder, "inner.sh")];
  writeFileSync(
    outer,
    `set -eu
mount --make-rprivate /
mount -t tmpfs -o mode=0755 tmpfs ${layers}
cd ${layers}
mkdir upper work root groups
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
mount -t cgroup2 cgroup2 groups
mkdir groups/tidemark-$$
echo $$ > groups/tidemark-$$/cgroup.procs
unshare --mount --pid --fork --kill-child --uts --ipc --net --cgroup sh ${inner} || true
echo $$ > groups/cgroup.procs
find groups/tidemark-$$ -depth -type d -exec rmdir {} +
`,
  );
  writeFileSync(
    inner,
    `set -eu
read -r pid rest < /proc/self/stat
cd ${layers}/root
cp -a ${folder}/files/. .
mkdir -p opt/tidemark
mount --bind ${program} opt/tidemark
rm -f usr/bin/node usr/local/bin/node
touch usr/bin/node
mount --bind ${process.execPath} usr/bin/node
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=0755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=0755 tmpfs dev
for name in null zero full random urandom tty; do touch dev/$name; mount --bind /dev/$name dev/$name; done
mkdir dev/shm dev/pts dev/mqueue before
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
echo $pid > ${folder}/pid
pivot_root . before
umount -l /before
mount --make-rshared /
exec setpriv --bounding-set=-sys_module,-sys_rawio,-sys_time env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
  ${systemd} --system --unit=${target} --log-target=null --show-status=no
`,
  );
  return outer;
}
