import http from "node:http";
import https from "node:https";
import type { Clock } from "../../src/core/clock.ts";

/** A request that only tells how far one gets, and the server's time. */
export interface Knock {
  readonly reached: Promise<void>;
  readonly secured: Promise<void>;
  /** By how much the server's clock is ahead of this machine's; null while it has not said. */
  skewMs(): number | null;
  leave(): void;
}

/**
 * The driver does not say how far it got. Behind a proxy of the environment, which the driver minds, nothing is tried.
 */
export function knock(origin: string, clock: Clock): Knock {
  const isSecure = origin.startsWith("https:");
  let skewMs: number | null = null;
  if (isBehindProxy(isSecure)) {
    const done = Promise.resolve();
    return { reached: done, secured: done, skewMs: () => null, leave: () => undefined };
  }
  const reached = Promise.withResolvers<void>();
  const secured = Promise.withResolvers<void>();
  const startedMs = clock.now();
  const request = (isSecure ? https : http).request(`${origin}/`, { method: "HEAD", agent: false });
  request.on("socket", (socket) => {
    socket.once("connect", () => {
      reached.resolve();
      if (!isSecure) {
        secured.resolve();
      }
    });
    socket.once("secureConnect", () => secured.resolve());
  });
  request.on("response", (response) => {
    const theirs = Date.parse(response.headers.date ?? "");
    // Half a second, because the header is cut to seconds.
    const ours = (startedMs + clock.now()) / 2;
    skewMs = Number.isNaN(theirs) ? null : Math.round(theirs + 500 - ours);
    response.resume();
  });
  request.on("error", (error) => {
    reached.reject(error);
    secured.reject(error);
  });
  for (const step of [reached.promise, secured.promise]) {
    step.catch(() => undefined);
  }
  request.end();
  return {
    reached: reached.promise,
    secured: secured.promise,
    skewMs: () => skewMs,
    leave: () => request.destroy(),
  };
}

function isBehindProxy(isSecure: boolean): boolean {
  const names = isSecure ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"];
  return names.some((name) => (process.env[name] ?? "") !== "");
}
