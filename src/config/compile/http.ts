import { isIP } from "node:net";
import type { z } from "zod";
import type { HttpDefinition } from "../../core/mesh.ts";
import type { httpFields } from "../daemon-file.ts";
import type { Piece } from "../piece.ts";
import type { Report } from "../problems.ts";

/** A host (a name, an IPv4 address, or an IPv6 address in brackets) and a port. */
const listenPattern = /^(?:\[([0-9a-f:.%a-z]+)\]|([^\s:[\]/]+)):(\d{1,5})$/i;

/**
 * Where the HTTP server listens. Without a token only this host may reach it: verdicts, owners and
 * product names are nobody else's business.
 */
export function httpOf(
  { whole }: Piece<z.output<typeof httpFields>>,
  report: Report,
  facts: { readonly hasToken: boolean; readonly isResolved: boolean },
): HttpDefinition | null {
  if (whole === null || !facts.isResolved) {
    return null;
  }
  const [, bracketed, plain, digits] = listenPattern.exec(whole.listen) ?? [];
  const host = bracketed ?? plain ?? "";
  const port = Number(digits);
  if (host === "" || !(port <= 65_535) || (bracketed !== undefined && isIP(bracketed) !== 6)) {
    report.error("TM_CONFIG_INVALID", ["http", "listen"], "`listen` must be a host and a port", {
      hint: "such as `127.0.0.1:9464`, or `[::1]:9464`",
    });
    return null;
  }
  if (!isLoopback(host) && !facts.hasToken) {
    const message = "`listen` is not a loopback address, and no `token` is set";
    report.error("TM_HTTP_LISTEN", ["http", "listen"], message, {
      hint: "set `http.token`, or listen on `127.0.0.1` only",
    });
    return null;
  }
  return { host, port, token: whole.token ?? null };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
