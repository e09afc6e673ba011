import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A folder of the host's and where the container sees it. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly isWritable?: boolean;
}

export interface ContainerOptions {
  /** An empty folder that is used for the container alone. */
  readonly folder: string;
  readonly user: { readonly id: number; readonly group: number };
  readonly workdir: string;
  readonly mounts: readonly Mount[];
  readonly entrypoint: readonly string[];
}

const [unshare, setpriv, chroot] = ["/usr/bin/unshare", "/usr/bin/setpriv", "/usr/sbin/chroot"];

/** Why no container can be run here, or null. */
export function containerProblem(): string | null {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    return "mounts of its own and another user need root on Linux";
  }
  const absent = [unshare, setpriv, chroot].filter((path) => !existsSync(path));
  if (absent.length > 0) {
    return `${absent.join(", ")} is not there`;
  }
  const tried = spawnSync(unshare, ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);
  return tried.status === 0 ? null : "this host allows no mounts";
}

/**
 * Writes a script that is what an engine does with `read_only: true`, as far as a file system goes: a root of its own
 * in which nothing can be written but the volumes and /tmp, and a user without rights. Network, processes and the base
 * image's programs are the host's. Returns the program for `TidemarkProcess`; arguments follow it.
 */
export function container(options: ContainerOptions): readonly [string, ...string[]] {
  const root = join(options.folder, "root");
  const script = join(options.folder, "run.sh");
  mkdirSync(root, { recursive: true });
  const base = ["/usr", "/bin", "/lib", "/lib64", "/proc", "/dev"].map((path) => ({
    source: path,
    target: path,
  }));
  const node = { source: dirname(process.execPath), target: "/node" };
  const mounts: readonly Mount[] = [...base, node, ...options.mounts];
  writeFileSync(
    script,
    `set -eu
mount --make-rprivate /
mount -t tmpfs -o mode=0755 tmpfs ${root}
mkdir ${root}/tmp ${root}/etc
cp /etc/hosts /etc/resolv.conf /etc/nsswitch.conf ${root}/etc/
mount -t tmpfs -o mode=1777 tmpfs ${root}/tmp
${mounts.map((mount) => mountLines(root, mount)).join("\n")}
mount -o remount,ro,mode=0755 ${root}
exec ${setpriv} --no-new-privs ${chroot} --userspec=${options.user.id}:${options.user.group} ${root} /usr/bin/env PATH=/node:/usr/bin:/bin NODE_ENV=production \\
  sh -c 'cd ${options.workdir} && exec env "$@"' sh ${options.entrypoint.join(" ")} "$@"
`,
  );
  return [unshare, "--mount", "sh", script];
}

function mountLines(root: string, { source, target, isWritable = false }: Mount): string {
  const place = `${root}${target}`;
  const bind = `mkdir -p ${place} && mount --rbind ${source} ${place}`;
  return isWritable || target === "/proc" || target === "/dev"
    ? bind
    : `${bind} && mount -o remount,bind,ro ${place}`;
}
