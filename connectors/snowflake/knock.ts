import http from "node:http";
import https from "node:https";
import type { Clock } from "../../src/core/clock.ts";

/** A request that only tells how far one gets, and the server's time. */
export interface Knock {
  readonly reached: Promise<void>;
  readonly secured: Promise<void>;
  /** Behind a proxy of the environment, which the driver minds, nothing is tried. */
  readonly isTried: boolean;
  /** By how much the server's clock is ahead of this machine's; null while it has not said. */
  skewMs(): number | null;
  leave(): void;
}

/** The driver does not say how far it got. */
export function knock(origin: string, clock: Clock): Knock {
  const { protocol, hostname } = new URL(origin);
  const isSecure = protocol === "https:";
  let skewMs: number | null = null;
  if (isBehindProxy(isSecure, hostname)) {
    const done = Promise.resolve();
    return {
      reached: done,
      secured: done,
      isTried: false,
      skewMs: () => null,
      leave: () => undefined,
    };
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
    isTried: true,
    skewMs: () => skewMs,
    leave: () => request.destroy(),
  };
}

/** As the driver reads the environment (`lib/proxy_util.js`); names in NO_PROXY begin with a dot or have a `*`. */
function isBehindProxy(isSecure: boolean, hostname: string): boolean {
  const set = (name: string) => process.env[name] || process.env[name.toUpperCase()] || "";
  const isSpared = set("no_proxy")
    .split(",")
    .some((name) => {
      const parts = name.trim().replace(/^\./, "*.").split("*");
      const pattern = parts.map((part) => part.replaceAll(/[^\w-]/g, "\\$&")).join(".*");
      return new RegExp(`^${pattern}$`).test(hostname);
    });
  return set(isSecure ? "https_proxy" : "http_proxy") !== "" && !isSpared;
}
