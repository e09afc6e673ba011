import { Daemon } from "../app/daemon.ts";
import { version } from "../app/version.ts";
import type { Mesh } from "../core/mesh.ts";
import type { CommandContext } from "./command-context.ts";
import type { Commands } from "./commands.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { counted } from "./terminal.ts";

/**
 * `tidemark serve`: the daemon, until SIGTERM or SIGINT. The first one drains, a second one forces; SIGHUP
 * reloads the configuration.
 */
async function serve({ configPath, env, terminal, logger }: CommandContext): Promise<ExitCode> {
  const force = new AbortController();
  const isAsked = Promise.withResolvers<void>();
  let signals = 0;
  const onStop = (): void => {
    signals += 1;
    if (signals > 1) {
      logger.warn({}, "asked a second time: stopping at once");
      force.abort();
    }
    isAsked.resolve();
  };
  const starting = Daemon.start({ configPath, env, logger, print: (text) => terminal.out(text) });
  // Heard from the first moment on: unheard, it would end the process.
  const onReload = (): void => {
    void starting
      .then((daemon) => daemon.reload())
      .catch((error: unknown) => logger.error({ error }, "the reload failed"));
  };
  process.on("SIGTERM", onStop);
  process.on("SIGINT", onStop);
  process.on("SIGHUP", onReload);
  try {
    const daemon = await starting;
    logger.info({ version, address: daemon.address, ...countsOf(daemon.mesh) }, banner(daemon));
    await isAsked.promise;
    await daemon.stop(force.signal);
    return exitCodes.ok;
  } finally {
    process.off("SIGTERM", onStop);
    process.off("SIGINT", onStop);
    process.off("SIGHUP", onReload);
  }
}

function banner({ mesh, address }: Daemon): string {
  const { products, checks, disabled, slos, connections } = countsOf(mesh);
  const watched = [
    counted(products, "product"),
    `${counted(checks, "check")}${disabled === 0 ? "" : ` (${disabled} more disabled)`}`,
    counted(slos, "SLO"),
    counted(connections, "connection"),
  ];
  return `Tidemark ${version} watches ${watched.join(", ")}; metrics at ${address}/metrics`;
}

function countsOf(mesh: Mesh) {
  const disabled = [...mesh.checks.values()].filter((check) => check.disabledReason !== null);
  return {
    products: mesh.products.size,
    checks: mesh.checks.size - disabled.length,
    disabled: disabled.length,
    probes: mesh.probes.size,
    slos: mesh.slos.size,
    connections: mesh.connections.size,
  };
}

export function declareServe(commands: Commands): void {
  commands.act(
    commands.add("serve", "Watch, export metrics and alert, until stopped."),
    () => serve,
  );
}
